import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pixelEvent } from './pixelEvent.ts'
import { SERVER_KEY, WEB_KEY, wireApp } from './wire.fixture.ts'

const CHROME = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36' }
const OPENED = { writeKey: WEB_KEY, userId: 'u_1', event: 'Email Opened', properties: { subject: 'Über uns? ~ 5 < 6 ÿÿ', minutes: 3 } }

const base64 = (event: object) => Buffer.from(JSON.stringify(event)).toString('base64')

describe('a pixel', () => {
  it.each([
    ['Segment’s, base64', `/v1/pixel/track?data=${encodeURIComponent(base64(OPENED))}`],
    ['Segment’s, base64url', `/v1/pixel/track?data=${Buffer.from(JSON.stringify(OPENED)).toString('base64url')}`],
    ['Segment’s, its plus signs not escaped', `/v1/pixel/track?data=${base64(OPENED)}`],
    [
      'Segment’s, one parameter each',
      `/v1/pixel/track?writeKey=${WEB_KEY}&userId=u_1&event=Email%20Opened&properties.subject=${encodeURIComponent(OPENED.properties.subject)}`,
    ],
    [
      'RudderStack’s',
      `/pixel/v1/track?writeKey=${WEB_KEY}&userId=u_1&event=Email%20Opened&properties.subject=${encodeURIComponent(OPENED.properties.subject)}`,
    ],
  ])('in the form of %s is an event', async (_, address) => {
    const { request, rows } = wireApp()
    const response = await request(address, { headers: CHROME })
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      200,
      'image/gif',
      'no-store',
    ])
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 6)
        .toString(),
    ).toBe('GIF89a')
    expect(rows()).toMatchObject([{ type: 'track', event: 'Email Opened', user_id: 'u_1', source_id: 'web', browser: 'Chrome' }])
    expect(JSON.parse(rows()[0]?.properties ?? '')).toMatchObject({ subject: OPENED.properties.subject })
  })

  it.each(['identify', 'page', 'screen', 'group', 'alias', 'track'])('says by its path that it is a call of %s', async type => {
    const { request, rows } = wireApp()
    const event = { writeKey: WEB_KEY, userId: 'u_1', event: 'X', groupId: 'acme', previousId: 'u_0', name: 'Home' }
    await request(`/v1/pixel/${type}?data=${encodeURIComponent(base64(event))}`)
    expect(rows()).toMatchObject([{ type, user_id: 'u_1' }])
  })

  it.each([
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
  ])('that a mail program’s service loads is labelled so: %s', async userAgent => {
    const { request, rows } = wireApp()
    await request(`/v1/pixel/track?data=${encodeURIComponent(base64(OPENED))}`, { headers: { 'user-agent': userAgent } })
    expect(rows()).toMatchObject([{ is_bot: 1, bot_reason: 'mail proxy' }])
  })

  it.each(['/v1/pixel/track', '/pixel/v1/track'])('of which only the headers are asked is no event: HEAD %s', async path => {
    const { request, rows, refused, rejected } = wireApp()
    for (const query of [`?data=${encodeURIComponent(base64(OPENED))}`, '?writeKey=nope&event=X', '']) {
      const response = await request(`${path}${query}`, { method: 'HEAD' })
      expect([response.status, response.headers.get('content-type'), response.headers.get('content-length')]).toEqual([
        200,
        'image/gif',
        '42',
      ])
      expect((await response.arrayBuffer()).byteLength).toBe(0)
    }
    expect([rows(), refused, rejected()]).toEqual([[], [], []])
  })

  it.each([
    ['no key', { userId: 'u_1', event: 'X' }, 401, 'no_write_key'],
    ['an unknown key', { ...OPENED, writeKey: 'nope' }, 401, 'unknown_write_key'],
    ['a key of two lines', { ...OPENED, writeKey: 'wk\nweb' }, 401, 'unknown_write_key'],
    ['a key of another alphabet', { ...OPENED, writeKey: 'wk_wéb→' }, 401, 'unknown_write_key'],
    ['a key that the mail makes public', { ...OPENED, writeKey: SERVER_KEY }, 403, 'server_key_in_pixel'],
  ])('with %s is the same image, and listed as refused', async (_, event, status, code) => {
    const { request, rows, refused } = wireApp()
    expect((await request(`/v1/pixel/track?data=${encodeURIComponent(base64(event))}`)).status).toBe(200)
    expect([rows(), refused]).toMatchObject([[], [{ status, code }]])
  })

  it('with a key of two lines in its address is listed as refused', async () => {
    const { request, refused } = wireApp()
    expect((await request('/v1/pixel/track?writeKey=a%0Ab&userId=u_1&event=X')).status).toBe(200)
    expect(refused).toMatchObject([{ status: 401, code: 'unknown_write_key' }])
  })

  it('that is no JSON is listed as refused, one that is no event is in the quarantine', async () => {
    const { request, refused, rejected } = wireApp()
    await request('/v1/pixel/track?data=%00&writeKey=wk_web')
    expect(refused).toMatchObject([{ status: 400, code: 'unreadable_data' }])
    await request(`/v1/pixel/track?writeKey=${WEB_KEY}&userId=u_1`)
    expect(rejected()).toMatchObject([{ code: 'required', path: '/event', raw: '{"userId":"u_1"}' }])
  })

  it('is the image whatever stands in its address, and reaches no prototype', async () => {
    const { request } = wireApp()
    const word = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'prototype', 'data', 'writeKey', 'context', 'a.b', '.'))
    const parameters = fc.array(
      fc.tuple(
        fc.array(word, { minLength: 1, maxLength: 4 }).map(steps => steps.join('.')),
        fc.string(),
      ),
      { maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(parameters, async pairs => {
        const query = new URLSearchParams([...pairs, ['writeKey', WEB_KEY]])
        expect((await request(`/v1/pixel/track?${query}`)).status).toBe(200)
        pixelEvent(query)
        expect(Object.keys(Object.prototype)).toEqual([])
        expect(({} as { x?: unknown }).x).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })

  it('that the disk does not take is the image too, and the gateway’s own trouble', async () => {
    const { request, failures } = wireApp({ append: () => Promise.reject(new Error('EIO')) })
    expect((await request(`/v1/pixel/track?data=${encodeURIComponent(base64(OPENED))}`)).status).toBe(200)
    expect(failures).toMatchObject([{ message: 'EIO' }])
  })

  it('over a real connection is read from its address, not from the request that it came with', async () => {
    const { fetch: app, rows } = wireApp()
    const server = serve({ fetch: app, hostname: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/pixel/track?data=${encodeURIComponent(base64(OPENED))}`
    const response = await fetch(url, { headers: CHROME })
    expect([response.status, (await response.arrayBuffer()).byteLength > 30]).toEqual([200, true])
    expect(rows()).toMatchObject([{ event: 'Email Opened', user_id: 'u_1', browser: 'Chrome' }])
    server.close()
  })

  it('as deep as an address can be long is answered', async () => {
    const { request, rejected } = wireApp()
    expect((await request(`/v1/pixel/track?writeKey=${WEB_KEY}&${'a.'.repeat(8000)}b=1`)).status).toBe(200)
    const nested = Buffer.from(`{"userId":"u_1","event":"X","properties":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)
    expect((await request(`/v1/pixel/track?writeKey=${WEB_KEY}&data=${nested.toString('base64url')}`)).status).toBe(200)
    expect(rejected()).toMatchObject([{ code: 'too_deep' }, { code: 'too_deep' }])
  })
})
