import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedaction } from './enrich/redact.ts'
import { keptText, RECEIVED_AT, request, testEdge, totals, track } from './receive.fixture.ts'

describe('a request', () => {
  it('leaves one frame: stored, rejected and the counts of both', async () => {
    const { receive, spool } = testEdge()
    const reply = await receive(request([track('m1'), { type: 'track', userId: 'u', messageId: 'm2' }, 7]))
    expect(reply).toEqual({
      success: true,
      accepted: 1,
      rejected: [
        { index: 1, messageId: 'm2', code: 'required', path: '/event', message: 'event is missing' },
        { index: 2, messageId: null, code: 'not_an_object', path: '', message: 'an event must be a JSON object; this is a number' },
      ],
    })
    expect(spool.frames).toHaveLength(1)
    expect(spool.frames[0]).toMatchObject({
      events: [{ message_id: 'm1', source_id: 'web', trust: 'browser', received_at: RECEIVED_AT }],
      rejected: [
        {
          source_id: 'web',
          received_at: RECEIVED_AT,
          index: 1,
          message_id: 'm2',
          code: 'required',
          raw: '{"type":"track","userId":"u","messageId":"m2"}',
        },
        { index: 2, message_id: '', raw: '7' },
      ],
      counts: [{ source_id: 'web', hour: Date.UTC(2026, 2, 1, 9), received: 3, deduplicated: 0, rejected: 2, suppressed: 0 }],
    })
  })

  it('leaves a frame also when nothing of it is stored', async () => {
    const { receive, spool } = testEdge()
    await receive(request([track('m1')]))
    await receive(request([track('m1'), track('m1')]))
    await receive(request([null]))
    expect(spool.frames.map(({ events, counts }) => [events.length, counts[0]])).toMatchObject([
      [1, { received: 1, deduplicated: 0 }],
      [0, { received: 2, deduplicated: 2 }],
      [0, { received: 1, rejected: 1 }],
    ])
  })

  it('leaves its body as it came, where all of it is to be stored', async () => {
    const { receive, spool } = testEdge()
    const body = Buffer.from('{ "batch": [ {"type":"track","event":"E","userId":7,"messageId":"m1"} ] }')
    const { batch } = JSON.parse(body.toString()) as { batch: unknown[] }
    await receive(request(batch, { body }))
    expect(spool.frames[0]?.request?.body).toBe(body)
  })

  it('leaves what its event holds, where the body is much more than that', async () => {
    const { receive, spool } = testEdge()
    const properties = `{"a":[${Array(40_000).fill('0').join(' , ')}],"n":${'7'.repeat(400_000)},${Array(50_000).fill('"k":1').join(',')},"k":2}`
    const body = Buffer.from(`{"batch":[{"type":"track","event":"E","userId":"u","messageId":"m1","properties":${properties}}]}`)
    const { batch } = JSON.parse(body.toString()) as { batch: unknown[] }
    expect((await receive(request(batch, { body, bytes: body.length }))).rejected).toMatchObject([{ code: 'event_too_large' }])

    const fits = Buffer.from(body.toString().replaceAll(/0(?: , 0)+/g, '0'))
    const { batch: events } = JSON.parse(fits.toString()) as { batch: unknown[] }
    await receive(request(events, { body: fits, bytes: fits.length }))
    const frame = spool.frames[1]
    expect(frame?.request?.body.length).toBeLessThan(1_000)
    expect(JSON.parse(frame?.events[0]?.properties ?? '')).toEqual({ a: [0], n: 'Infinity', k: 2 })
  })

  it('leaves nothing of what is a copy or was rejected in the body that is kept', async () => {
    const { receive, spool } = testEdge()
    await receive(request([track('m1'), track('m1', { event: 'Copied' }), track('m2'), { type: 'nope', messageId: 'm3' }]))
    const { batch } = JSON.parse(spool.frames[0]?.request?.body.toString() ?? '') as { batch: unknown[] }
    expect(batch).toEqual([track('m1'), track('m2')])
  })

  it('without events leaves nothing', async () => {
    const { receive, spool } = testEdge()
    expect(await receive(request([]))).toEqual({ success: true, accepted: 0, rejected: [] })
    expect(spool.frames).toEqual([])
  })

  it('never stores the address of a visitor, not even of a rejected event', async () => {
    const { receive, spool } = testEdge()
    await receive(request([track('m1', { context: { ip: '203.0.113.9' } }), { type: 'nope', context: { ip: '203.0.113.9' } }]))
    await receive(request([track('m2')], { shared: { context: { ip: '203.0.113.9', locale: 'de' } } }))
    // An event may take back what its batch says, and say it elsewhere.
    await receive(request([track('m3', { context: { ip: null } })], { shared: { context: { ip: '203.0.113.9' } } }))
    await receive(request([track('m4', { ip: '203.0.113.9' })]))
    await receive(request([track('m5', { request_ip: '203.0.113.9', properties: { plan: 'team' } })]))
    const doubled = `{"ip":"203.0.113.9","batch":[${JSON.stringify(track('m6')).slice(0, -1)},"context":{"ip":"203.0.113.9"},"context":{}}]}`
    await receive(request([track('m6', { context: {} })], { body: Buffer.from(doubled) }))
    // Without the NUL, which is dropped, they are the same names.
    await receive(request([track('m7', { 'i\0p': '203.0.113.9', context: { 'ip\0': '203.0.113.9' } })], { texts: { areClean: false } }))
    expect(spool.frames.flatMap(({ events }) => events)).toHaveLength(7)
    expect(keptText(spool.frames)).toContain('team')
    expect(keptText(spool.frames)).not.toContain('203.0.113.9')
    expect(spool.frames[1]?.events[0]?.context).toBe('{"locale":"de"}')
  })

  it('keeps no more than 64 KiB of a rejected event', async () => {
    const { receive, spool } = testEdge()
    const event = track('m1', { properties: { text: 'ü'.repeat(40_000) } })
    const { rejected } = await receive(request([event, track('m2')]))
    expect(rejected).toMatchObject([{ index: 0, messageId: 'm1', code: 'event_too_large' }])
    const raw = spool.frames[0]?.rejected[0]?.raw ?? ''
    expect(Buffer.byteLength(raw)).toBeLessThanOrEqual(64 * 1024)
    expect(raw).not.toContain('\ufffd')
    expect(totals(spool.frames)).toMatchObject({ stored: 1, rejected: 1 })
  })

  it.each(['context', 'integrations'])('weighs an event with the %s of its batch', async name => {
    const { receive } = testEdge()
    const events = [track('m1', { properties: { text: 'x'.repeat(40_000) } }), track('m2')]
    const shared = { [name]: { note: 'x'.repeat(40_000) } }
    const { rejected } = await receive(request(events, { shared, bytes: 80_000 }))
    expect(rejected.map(({ messageId }) => messageId)).toEqual(['m1'])
  })
})

describe('suppressed people', () => {
  it('are counted and not stored, and their message ids are forgotten', async () => {
    const { receive, spool } = testEdge({ isSuppressed: event => event.userId === 'gone' })
    expect(await receive(request([track('m1', { userId: 'gone' }), track('m2')]))).toMatchObject({ accepted: 2 })
    expect(totals(spool.frames)).toEqual({ received: 2, stored: 1, deduplicated: 0, rejected: 0, suppressed: 1 })
    expect(keptText(spool.frames)).not.toContain('gone')
  })
})

describe('any JSON at all', () => {
  const near = fc.record(
    {
      type: fc.oneof(fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias'), fc.jsonValue()),
      event: fc.oneof(fc.string(), fc.jsonValue()),
      messageId: fc.oneof(fc.constantFrom('m1', 'm2', 'm3', null, ''), fc.jsonValue()),
      userId: fc.oneof(fc.string(), fc.integer(), fc.jsonValue()),
      anonymousId: fc.oneof(fc.string(), fc.jsonValue()),
      groupId: fc.jsonValue(),
      previousId: fc.jsonValue(),
      timestamp: fc.oneof(fc.string(), fc.date().map(String), fc.jsonValue()),
      sentAt: fc.oneof(fc.double(), fc.jsonValue()),
      traits: fc.jsonValue(),
      properties: fc.jsonValue(),
      integrations: fc.jsonValue(),
      context: fc.oneof(
        fc.record(
          {
            page: fc.jsonValue(),
            campaign: fc.jsonValue(),
            userAgent: fc.jsonValue(),
            traits: fc.jsonValue(),
            groupId: fc.jsonValue(),
            sessionId: fc.jsonValue(),
            clientSeq: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  )

  it('ends in exactly one of four ways, each event counted once and named in the reply or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.oneof(near, fc.jsonValue()), { maxLength: 6 }), { maxLength: 3 }), async requests => {
        const { receive, spool } = testEdge({ isSuppressed: event => event.userId === '0' })
        let received = 0
        let rejected = 0
        for (const events of requests) {
          const reply = await receive(request(events))
          received += events.length
          rejected += reply.rejected.length
          expect(reply.accepted + reply.rejected.length).toBe(events.length)
          expect(new Set(reply.rejected.map(({ index }) => index)).size).toBe(reply.rejected.length)
        }
        const sum = totals(spool.frames)
        expect(sum.received).toBe(received)
        expect(sum.rejected).toBe(rejected)
        expect(sum.stored + sum.deduplicated + sum.rejected + sum.suppressed).toBe(sum.received)
        for (const { events } of spool.frames) for (const row of events) expectStorable(row)
      }),
      { numRuns: 300 },
    )
  })
})

/** Every column has the kind that its table wants, and JSON columns hold JSON. */
function expectStorable(row: object): void {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'number') expect(Number.isSafeInteger(value), name).toBe(true)
    else expect(typeof value, name).toBe('string')
    if (['properties', 'traits', 'context', 'consent'].includes(name)) expect(() => JSON.parse(String(value)), name).not.toThrow()
  }
}

describe('where a visitor comes from', () => {
  const GERMAN = { country: 'DE' }
  const find = (address: string) => (address === '203.0.113.77' ? { country: 'JP', asn: 2907 } : null)

  it('is told by the address of the request, or the one that the event names, and neither is kept', async () => {
    const { receive, spool } = testEdge()
    const events = [track('m-1'), track('m-2', { context: { ip: '203.0.113.77' } }), track('m-3', { context: { ip: '0.0.0.0' } })]
    await receive(request(events, { origin: GERMAN, findOrigin: find }))
    expect(spool.frames[0]?.events.map(({ country }) => country)).toEqual(['DE', 'JP', ''])
    expect(JSON.parse(spool.frames[0]?.events[1]?.context ?? '')).toEqual({ network: { asn: 2907 } })
    expect(keptText(spool.frames)).not.toMatch(/203\.0\.113|0\.0\.0\.0/)
  })

  it('is not told where nothing is looked up', async () => {
    const { receive, spool } = testEdge()
    await receive(request([track('m-1', { context: { ip: '203.0.113.77' } })]))
    expect(spool.frames[0]?.events[0]).toMatchObject({ country: '', context: '{}' })
  })
})

it('keeps no secret of an address in a rejected event either', async () => {
  const { receive, spool } = testEdge()
  await receive(request([{ type: 'track', userId: 'u', context: { page: { url: 'https://acme.com/?reset_token=S3CRET&a=1' } } }]))
  expect(spool.frames[0]?.rejected[0]?.raw).toContain('https://acme.com/?reset_token=redacted&a=1')
})

it('keeps none of the parameters that the operator names in a rejected event, nor one whose separators are escaped', async () => {
  const { receive, spool } = testEdge({ redact: createRedaction(['patientId']) })
  const payload = JSON.stringify({ url: 'https://acme.com/?a=1&token=S3CRET' }).replaceAll('&', '\\u0026').replaceAll('=', '\\u003d')
  await receive(request([{ type: 'track', userId: 'u', properties: { url: '/?patient_id=4711&a=1', payload } }]))
  const raw = spool.frames[0]?.rejected[0]?.raw ?? ''
  expect(raw).toContain('/?patient_id=redacted&a=1')
  expect(raw).not.toMatch(/4711|S3CRET/)
  expect(() => JSON.parse(raw)).not.toThrow()
})
