/** The moments in a page's life that matter here. Never `unload` or `beforeunload`: both are unreliable and forbid the back-forward cache. */
import { watchAddress } from './views.ts'

export interface PageMoments {
  /** Whether changes of the address are watched. */
  address: boolean
  moved(replaced: boolean): void
  /** Perhaps the last moment. */
  hidden(): void
  visible(): void
  /** Back from the back-forward cache. */
  restored(): void
  online(): void
}

export function watchPage(moments: PageMoments): void {
  if (moments.address) watchAddress(window, moments.moved)
  document.addEventListener('visibilitychange', () => (document.hidden ? moments.hidden() : moments.visible()))
  addEventListener('pagehide', moments.hidden)
  addEventListener('pageshow', event => {
    if (event.persisted) moments.restored()
  })
  addEventListener('online', moments.online)
}
