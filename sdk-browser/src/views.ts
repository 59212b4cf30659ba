/**
 * Tells of every change of the address within one document. `replaced`: the entry was replaced, not added.
 * By wrapping the history's methods rather than by the Navigation API, which needs this as its fallback anyhow.
 */
export function watchAddress(changed: (replaced: boolean) => void): void {
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    history[method] = function (...args) {
      original.apply(this, args)
      changed(method === 'replaceState')
    }
  }
  addEventListener('popstate', () => changed(false))
}
