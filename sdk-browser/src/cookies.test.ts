import { expect, test } from 'vitest'
import { createJar } from './cookies.ts'

/** Cookies as a browser keeps them for one host: it refuses foreign domains and public suffixes, and hides attributes. */
function browserCookies(hostname: string, publicSuffixes: readonly string[]) {
  const jar = new Map<string, { text: string; attributes: string }>()
  return {
    written: () => [...jar.values()].map(({ text, attributes }) => `${text};${attributes}`),
    document: {
      get cookie() {
        return [...jar.values()].map(({ text }) => text).join('; ')
      },
      set cookie(line: string) {
        const [text = '', ...attributes] = line.split(';')
        const domain = /domain=([^;]*)/.exec(line)?.[1] ?? ''
        if (domain && domain !== hostname && !hostname.endsWith(`.${domain}`)) return
        if (publicSuffixes.includes(domain)) return
        const key = `${text.split('=')[0]}@${domain}`
        if (/max-age=0/.test(line)) jar.delete(key)
        else jar.set(key, { text, attributes: attributes.join(';') })
      },
    },
  }
}

test.each([
  ['www.acme.com', ['com'], ';domain=acme.com'],
  ['shop.acme.co.uk', ['uk', 'co.uk'], ';domain=acme.co.uk'],
  ['acme.vercel.app', ['app', 'vercel.app'], ';domain=acme.vercel.app'],
  ['vercel.app', ['app', 'vercel.app'], ''],
  ['localhost', [], ''],
])('on %s the cookie belongs to the widest domain that the browser allows', (hostname, suffixes, expected) => {
  const { document, written } = browserCookies(hostname, suffixes)
  createJar(document, hostname, false, 'probe').set('wm_aid', 'a b;c', 60)
  expect(written()).toEqual([`wm_aid=a%20b%3Bc;path=/;max-age=60;samesite=lax${expected}`])
})

test('reads back what it wrote, erases it, and is secure on https', () => {
  const { document, written } = browserCookies('www.acme.com', ['com'])
  const jar = createJar(document, 'www.acme.com', true, 'probe')
  document.cookie = 'xwm_aid=other'
  document.cookie = 'wm_broken=%'
  jar.set('wm_aid', 'a b;c=d', 60)
  expect(written().at(-1)).toMatch(/;secure$/)
  expect(jar.get('wm_aid')).toBe('a b;c=d')
  expect(jar.get('wm_broken')).toBeUndefined()
  jar.set('wm_aid', '', 0)
  expect(jar.get('wm_aid')).toBeUndefined()
})

test('a probe left behind by a crashed page does not pass for a domain that works', () => {
  const { document, written } = browserCookies('a.vercel.app', ['app', 'vercel.app'])
  document.cookie = 'wm_t=earlier'
  createJar(document, 'a.vercel.app', false, 'probe').set('wm_aid', '1', 60)
  expect(written().at(-1)).toContain('domain=a.vercel.app')
})
