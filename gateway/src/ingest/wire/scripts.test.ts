import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { createRudderPlugins } from './rudderPlugins.ts'
import { createSegmentScripts, segmentScriptFolder } from './segmentScripts.ts'
import { WEB_KEY, wireApp } from './wire.fixture.ts'

describe('Segment’s script', () => {
  it('is the published one behind one line that says where it came from', async () => {
    const { request } = wireApp()
    const response = await request(`/analytics.js/v1/${WEB_KEY}/analytics.min.js`)
    const text = await response.text()
    expect(response.headers.get('content-type')).toMatch('text/javascript')
    expect(text).toMatch(/^\(function\(\)\{.*_cdn/)
    expect(text).toContain('AnalyticsNext')
    expect(text).not.toContain('sourceMappingURL')
  })

  it('has its parts beside it, and nothing else of the disk', async () => {
    const { request } = wireApp()
    const parts = readdirSync(segmentScriptFolder() ?? '').filter(name => /\.bundle\.[0-9a-f]+\.js$/.test(name))
    expect(parts.length).toBeGreaterThan(5)
    for (const name of parts) expect((await request(`/analytics-next/bundles/${name}`)).status).toBe(200)
    for (const name of ['standalone.js', '..%2Fpackage.json', '%2e%2e%2f%2e%2e%2fpackage.json', 'x.bundle.0.js'])
      expect((await request(`/analytics-next/bundles/${name}`)).status).toBe(404)
  })

  it('says what to install where it is missing', async () => {
    const app = createSegmentScripts(null)
    app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('', 500)))
    const response = await new Hono().route('/', app).request(`/analytics.js/v1/${WEB_KEY}/analytics.min.js`)
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('@segment/analytics-next')])
  })
})

describe('RudderStack’s plugins', () => {
  const ADDRESS = '/v3/modern/plugins/rsa-plugins.js'
  interface Remote {
    init(scope: object): void
    get(name: string): Promise<() => { default: () => { name: string } }>
  }
  const importOf = async (script: string) =>
    (await import(`data:text/javascript;base64,${btoa(unescape(encodeURIComponent(script)))}`)) as Remote
  const told = async (file: string | null) => {
    const app = createRudderPlugins(file)
    app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('', 500)))
    const response = await app.request(ADDRESS)
    return [response.status, await response.text()]
  }

  it('are those of the installed package, each under the name by which the SDK asks for it', async () => {
    const { request } = wireApp()
    const response = await request(ADDRESS)
    expect(response.headers.get('content-type')).toMatch('text/javascript')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const remote = await importOf(await response.text())
    remote.init({})
    for (const name of ['XhrQueue', 'BeaconQueue', 'StorageEncryption', 'StorageMigrator', 'ExternalAnonymousId', 'OneTrustConsentManager'])
      expect((await remote.get(`./${name}`))().default().name).toBe(name)
    await expect(remote.get('./Nothing')).rejects.toThrow('no plugin ./Nothing')
  })

  it('travel compressed to browsers, as every one says that it can', async () => {
    const { request } = wireApp()
    const plain = await (await request(ADDRESS)).text()
    const response = await request('/3.34.1/modern/plugins/rsa-plugins.js', { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
    expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual(['gzip', 'Accept-Encoding'])
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(gunzipSync(bytes).toString()).toBe(plain)
    expect(bytes.length).toBeLessThan(120_000)
  })

  it('that are missing, or of a form that nobody has seen, are told as what to install', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waymark-'))
    writeFileSync(join(folder, 'index.mjs'), 'export { SomethingElse };')
    const missing = [404, expect.stringContaining('@rudderstack/analytics-js')]
    expect(await told(null)).toEqual(missing)
    expect(await told(join(folder, 'index.mjs'))).toEqual(missing)
    rmSync(folder, { recursive: true })
  })
})

describe('what SDKs tell about themselves', () => {
  it.each(['/v1/m', '/rsaMetrics'])('%s is taken from any page and thrown away', async path => {
    const { request, rows } = wireApp()
    const response = await request(path, { method: 'POST', body: '{"series":[]}', headers: { origin: 'https://www.acme.com' } })
    expect([response.status, response.headers.get('access-control-allow-origin'), rows()]).toEqual([200, 'https://www.acme.com', []])
  })

  it('a destination that a page still knows of is an empty script', async () => {
    const { request } = wireApp()
    const response = await request('/next-integrations/integrations/vendor/commons.js.gz')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')])
  })
})

describe('events by other paths', () => {
  const event = { type: 'track', event: 'X', userId: 'u_1', messageId: 'm1' }

  it('RudderStack’s beacon has its key in the address', async () => {
    const { request, rows } = wireApp()
    const body = new Blob([JSON.stringify({ batch: [event], sentAt: '2026-03-01T09:05:00.000Z' })], { type: 'text/plain' })
    const response = await request(`/beacon/v1/batch?writeKey=${WEB_KEY}`, { method: 'POST', body })
    expect([response.status, rows()]).toMatchObject([200, [{ message_id: 'm1' }]])
  })

  it('a merge is kept with the reason why it is not stored', async () => {
    const { request, rejected } = wireApp()
    const response = await request(`/v1/merge?writeKey=${WEB_KEY}`, {
      method: 'POST',
      body: JSON.stringify({ type: 'merge', userId: 'u_1' }),
    })
    expect([response.status, rejected()]).toMatchObject([200, [{ code: 'unknown_type', path: '/type' }]])
  })

  it('the key may come as X-Write-Key', async () => {
    const { request, rows } = wireApp()
    await request('/v1/track', { method: 'POST', body: JSON.stringify(event), headers: { 'x-write-key': WEB_KEY } })
    expect(rows()).toMatchObject([{ source_id: 'web' }])
  })
})
