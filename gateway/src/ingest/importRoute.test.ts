import { describe, expect, it } from 'vitest'
import { RECEIVED_AT, track } from './receive.fixture.ts'
import { basic, ingestApp } from './routes.fixture.ts'

describe('imports', () => {
  const old = { ...track('m'), timestamp: '1997-01-01T00:00:00Z', sentAt: '2020-01-01T00:00:00Z' }

  it('with a write key keep their times', async () => {
    const { post, spool } = ingestApp()
    await post('/v1/import', { batch: [old] }, basic('wk_srv:'))
    expect(spool.frames[0]?.events[0]).toMatchObject({
      source_id: 'backend',
      trust: 'server',
      timestamp: Date.UTC(1997, 0, 1),
      clock_offset_ms: 0,
    })
  })

  it('with a public key are ordinary events: their times are corrected by the clock that sent them', async () => {
    const { post, spool } = ingestApp()
    await post('/v1/import', { batch: [old] }, { ...basic('wk_web:'), origin: 'https://a.test' })
    expect(spool.frames[0]?.events[0]).toMatchObject({
      trust: 'browser',
      timestamp: Date.UTC(1997, 0, 1) + RECEIVED_AT - Date.UTC(2020, 0, 1),
    })
  })

  it.each([
    ['a server key', basic('wk_srv:')],
    ['a public key', basic('wk_web:')],
    ['a secret key', { authorization: 'Bearer sk_import' }],
  ])('with %s do not come from the future', async (_, headers) => {
    const { post, spool } = ingestApp()
    const batch = [track('m', { timestamp: '2090-01-01T00:00:00Z' }), track('n', { timestamp: new Date(RECEIVED_AT + 60_000) })]
    await post('/v1/import', { batch, source: 'crm' }, headers)
    expect(spool.frames[0]?.events).toMatchObject([
      { timestamp: RECEIVED_AT + 300_000, original_timestamp: Date.UTC(2090, 0, 1) },
      { timestamp: RECEIVED_AT + 60_000 },
    ])
  })

  it('with a secret key name their source', async () => {
    const { post, spool } = ingestApp()
    expect(await post('/v1/import', { batch: [old], source: 'cdnow' }, { authorization: 'Bearer sk_import' })).toMatchObject({
      status: 200,
    })
    expect(spool.frames[0]?.events[0]).toMatchObject({ source_id: 'cdnow', trust: 'server', timestamp: Date.UTC(1997, 0, 1) })
  })

  it.each([
    ['an unknown secret key', 'nope', {}, 401, 'unauthorized'],
    ['a key without the scope', 'sk_read', {}, 403, 'missing_scope'],
    ['a secret key in a page', 'sk_import', { origin: 'https://a.test' }, 403, 'secret_key_in_browser'],
  ])('refuse %s', async (_, key, headers, status, code) => {
    const { post, spool } = ingestApp()
    expect(await post('/v1/import', { batch: [old], source: 'x' }, { authorization: `Bearer ${key}`, ...headers })).toMatchObject({
      status,
      body: { error: { code } },
    })
    expect(spool.frames).toEqual([])
  })

  it.each([[undefined], [''], [7], ['a\0b'], ['../x']])('refuse a source named %j', async source => {
    expect(await ingestApp().post('/v1/import', { batch: [old], source }, { authorization: 'Bearer sk_import' })).toMatchObject({
      status: 400,
      body: { error: { code: 'no_source' } },
    })
  })
})
