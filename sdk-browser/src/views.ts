/** Tells of every change of the address within one document. `replaced`: the entry was replaced, not added. */
export function watchAddress(page: Window & typeof globalThis, changed: (replaced: boolean) => void): void {
  const { navigation, history } = page
  if (navigation) {
    navigation.addEventListener('currententrychange', event => changed(event.navigationType === 'replace'))
    return
  }
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    history[method] = function (...args) {
      original.apply(this, args)
      changed(method === 'replaceState')
    }
  }
  page.addEventListener('popstate', () => changed(false))
}
