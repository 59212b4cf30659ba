import { describe, expect, test } from 'vitest'
import { href } from './frame.ts'
import { PAGES } from './map.ts'
import { createDemo } from './routes.ts'

const demo = createDemo({ writeKey: 'wk_"<public>' })
const text = async (path: string) => (await demo.request(path)).text()

describe('the demo site', () => {
  test.each(PAGES)('$path answers with its heading, a strict policy and no script of its own in the page', async page => {
    const response = await demo.request(href(page.path))
    expect(response.status).toBe(200)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    expect(policy).not.toContain('unsafe')
    const body = await response.text()
    expect(body.match(/<h1>/g)).toHaveLength(1)
    expect(body).not.toMatch(/<script(?![^>]* src=)|\son[a-z]+=|\sstyle=|javascript:/)
    expect(body).toContain('data-write-key="wk_&quot;&lt;public&gt;"')
  })

  test('has no dead link', async () => {
    const links = new Set<string>()
    for (const { path } of PAGES)
      for (const [, link] of (await text(href(path))).matchAll(/(?:href|src)="(\/demo[^"]*)"/g)) links.add(link ?? '')
    expect(links.size).toBeGreaterThan(PAGES.length)
    for (const link of links) expect((await demo.request(link)).status, link).toBe(200)
  })

  test('says so where there is no page', async () => {
    expect((await demo.request('/demo/<script>')).status).toBe(404)
    expect(await text('/demo/<script>')).not.toContain('<script>')
  })

  test('captures nothing without a public key', async () => {
    expect(await (await createDemo({ writeKey: null }).request('/demo/')).text()).not.toContain('<script')
  })
})
