/** A key-value store that never throws: blocked or full, it answers null and false, and memory carries on. */
export interface Store {
  get(key: string): string | null
  /** False where the value could not be kept. */
  set(key: string, value: string): boolean
  remove(key: string): void
  /** Names of this SDK only. */
  keys(): string[]
}

/** `open` is asked at every use: reading `window.localStorage` alone throws where storage is blocked. */
export function createStore(open: () => Storage): Store {
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(open())
    } catch {
      return otherwise
    }
  }
  return {
    get: key => attempt(storage => storage.getItem(key), null),
    set: (key, value) =>
      attempt(storage => {
        storage.setItem(key, value)
        return true
      }, false),
    remove: key => attempt(storage => storage.removeItem(key), undefined),
    keys: () => attempt(storage => Object.keys(storage).filter(key => key.startsWith('wm_')), []),
  }
}
