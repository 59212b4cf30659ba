import { describe, expect, it } from 'vitest'
import { track } from '../receive.fixture.ts'
import { ingestApp } from '../routes.fixture.ts'
import { SpoolFull } from '../spool/spoolFull.ts'

describe('pages of other origins', () => {
  const origin = 'https://www.acme.com'

  it('may ask first: origin and wanted headers are reflected', async () => {
    const response = await ingestApp().request('/v1/t', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-retry-count' },
    })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization,x-retry-count',
      'access-control-allow-methods': 'GET,POST,OPTIONS',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '86400',
      vary: 'Origin, Access-Control-Request-Headers',
    })
  })

  it.each([
    ['a reply', { batch: [], writeKey: 'wk_web' }, 200],
    ['an unknown key', { batch: [], writeKey: 'nope' }, 401],
    ['a server key', { batch: [], writeKey: 'wk_srv' }, 403],
    ['an unreadable body', '{', 400],
    ['a body that is too large', 'x'.repeat(1024 * 1024 + 1), 413],
  ])('may read %s', async (_, body, status) => {
    const answer = await ingestApp().post('/v1/batch', body, { origin })
    expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')]).toEqual([
      status,
      origin,
      'Origin',
    ])
  })

  it('may read when to come back', async () => {
    const { post, spool, counters } = ingestApp()
    spool.hold()
    const answer = post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' }, { origin })
    const failing = setInterval(() => spool.fail(new SpoolFull('full', 4.2)), 1)
    const { status, headers, body } = await answer
    clearInterval(failing)
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBe('5')
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(body.error?.code).toBe('overloaded')
    expect(counters).toMatchObject({ overloaded: 1, answered: 0 })
    expect(await post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' })).toMatchObject({ status: 200 })
  })
})
