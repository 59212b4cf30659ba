/** First-party cookies on the widest domain that the browser lets this page set. */
export interface Jar {
  get(name: string): string | undefined
  /** Zero seconds erase. */
  set(name: string, value: string, seconds: number): void
}

/** `probe`: a value that no earlier page can have left behind. */
export function createJar(document: { cookie: string }, hostname: string, isSecure: boolean, probe: string): Jar {
  let widest: string | undefined

  const write = (name: string, value: string, seconds: number, domain: string) => {
    document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=${seconds};samesite=lax${domain && `;domain=${domain}`}${isSecure ? ';secure' : ''}`
  }
  const get = (name: string) => {
    const found = document.cookie.split('; ').find(pair => pair.startsWith(`${name}=`))
    try {
      return found && decodeURIComponent(found.slice(name.length + 1))
    } catch {
      return undefined // not written by us
    }
  }

  /** Asks the browser itself, from the widest domain down: it knows the public suffixes and refuses them. '' = this host only. */
  const findDomain = () => {
    const labels = hostname.split('.')
    for (let count = 2; count <= labels.length; count++) {
      const domain = labels.slice(-count).join('.')
      write('wm_t', probe, 9, domain)
      if (document.cookie.includes(probe)) {
        write('wm_t', '', 0, domain)
        return domain
      }
    }
    return ''
  }

  return {
    get,
    set(name, value, seconds) {
      // Found at the first write, not at load: reading back a cookie costs a round trip to the browser's own process.
      widest ??= findDomain()
      write(name, value, seconds, widest)
    },
  }
}
