import { describe, expect, it } from 'vitest'
import { track } from '../receive.fixture.ts'
import { basic, ingestApp } from '../routes.fixture.ts'

describe('the write key', () => {
  it.each([
    ['in the header', basic('wk_web:'), {}, ''],
    ['in the header without a colon', basic('wk_web'), {}, ''],
    ['in the body', {}, { writeKey: 'wk_web' }, ''],
    ['in the address', {}, {}, '?writeKey=wk_web'],
    ['in the body beside an OAuth token', { authorization: 'Bearer whatever' }, { writeKey: 'wk_web' }, ''],
    ['in the body beside an empty header', basic(':'), { writeKey: 'wk_web' }, ''],
    ['in the header, which wins over the body and the address', basic('wk_web:'), { writeKey: 'nope' }, '?writeKey=nope'],
    ['in the body, which wins over the address', {}, { writeKey: 'wk_web' }, '?writeKey=nope'],
  ])('%s', async (_, headers, more, query) => {
    const { post, spool } = ingestApp()
    expect(await post(`/v1/batch${query}`, { batch: [track('m')], ...more }, headers)).toMatchObject({
      status: 200,
      body: { success: true, accepted: 1, rejected: [] },
    })
    expect(spool.frames[0]?.events[0]?.source_id).toBe('web')
  })

  it.each([
    ['unknown', basic('nope:'), 401, 'unknown_write_key'],
    ['missing', {}, 401, 'no_write_key'],
    ['garbled', { authorization: 'Basic %%%' }, 401, 'no_write_key'],
    ['a secret key', basic('sk_read:'), 401, 'unknown_write_key'],
    ['a server key from a page', { ...basic('wk_srv:'), origin: 'https://www.acme.com' }, 403, 'server_key_in_browser'],
  ])('%s is refused, stores nothing and is counted apart', async (_, headers, status, code) => {
    const { post, spool, counters } = ingestApp()
    const { body, ...answer } = await post('/v1/batch', { batch: [track('m')] }, headers as Record<string, string>)
    expect([answer.status, body.error?.code]).toEqual([status, code])
    expect(body.error?.message.length).toBeGreaterThan(40)
    expect(spool.frames).toEqual([])
    expect(counters).toMatchObject(status === 401 ? { unknownKey: 1, answered: 0 } : { refused: 1, answered: 0 })
  })

  it('of a source with a list of pages is refused from others', async () => {
    const { post } = ingestApp({ isOriginAllowed: (source, origin) => source === 'web' && origin === 'https://www.acme.com' })
    const send = (origin: string) => post('/v1/track', { ...track('m'), writeKey: 'wk_web' }, { origin })
    expect((await send('https://www.acme.com')).status).toBe(200)
    const message = expect.stringMatching(/https:\/\/evil\.test.*console.*`waymark sources set web --origin …`.*ALLOWED_ORIGINS/)
    expect(await send('https://evil.test')).toMatchObject({ status: 403, body: { error: { code: 'origin_not_allowed', message } } })
  })

  it('that is missing is refused with every place it may stand in', async () => {
    const { body } = await ingestApp().post('/v1/batch', { batch: [track('m')] }, {})
    expect(body.error?.message).toMatch(/Basic.*X-Write-Key.*“writeKey”.*\?writeKey=/)
  })
})
