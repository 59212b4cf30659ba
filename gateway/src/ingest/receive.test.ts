import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedaction } from './enrich/redact.ts'
import { keptText, RECEIVED_AT, request, testEdge, totals, track } from './receive.fixture.ts'
import { SpoolFull } from './spool/spoolFull.ts'

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
    expect(spool.frames.flatMap(({ events }) => events)).toHaveLength(6)
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

describe('copies', () => {
  it('within a request count once, the first wins', async () => {
    const { receive, spool } = testEdge()
    const reply = await receive(request([track('m1', { event: 'First' }), track('m1', { event: 'Second' })]))
    expect(reply).toMatchObject({ accepted: 2, rejected: [] })
    expect(spool.frames[0]?.events.map(({ event }) => event)).toEqual(['First'])
    expect(totals(spool.frames)).toEqual({ received: 2, stored: 1, deduplicated: 1, rejected: 0, suppressed: 0 })
  })

  it('of another source are none', async () => {
    const { receive, spool } = testEdge()
    await receive(request([track('m1')]))
    await receive(request([track('m1')], { source: { sourceId: 'app', trust: 'browser' } }))
    expect(totals(spool.frames).stored).toBe(2)
  })

  it('of a rejected event are none either', async () => {
    const { receive, spool } = testEdge()
    await receive(request([{ type: 'track', messageId: 'm1', userId: 'u' }, track('m1')]))
    expect(totals(spool.frames)).toMatchObject({ stored: 1, rejected: 1, deduplicated: 0 })
  })

  it('cannot be told without a message id, so each is stored under an id of its own', async () => {
    const { receive, spool } = testEdge()
    const { messageId: _, ...event } = track('')
    await receive(request([event, event]))
    expect(spool.frames[0]?.events.map(({ message_id }) => message_id)).toEqual(['generated-1', 'generated-2'])
  })

  it('wait for the one that is on its way to the disk', async () => {
    const { receive, spool } = testEdge()
    spool.hold()
    const first = receive(request([track('m1')]))
    const second = receive(request([track('m1'), track('m2')]))
    await Promise.resolve()
    spool.release()
    await Promise.all([first, second])
    expect(totals(spool.frames)).toEqual({ received: 3, stored: 2, deduplicated: 1, rejected: 0, suppressed: 0 })
  })

  it('are stored when that one failed', async () => {
    const { receive, spool } = testEdge()
    spool.hold()
    const first = receive(request([track('m1', { event: 'First' })]))
    const second = receive(request([track('m1', { event: 'Second' })]))
    spool.fail(new SpoolFull('the spool is full', 5))
    await expect(first).rejects.toThrow('the spool is full')
    expect(await second).toMatchObject({ accepted: 1 })
    expect(spool.frames.flatMap(({ events }) => events.map(({ event }) => event))).toEqual(['Second'])
    expect(totals(spool.frames)).toMatchObject({ received: 1, stored: 1 })
  })

  it('of two requests that hold each other’s events do not wait for ever', async () => {
    const { receive, spool, hotSet } = testEdge()
    // Another request holds m9, so that both have something in flight before they meet.
    const other = hotSet.open('web')
    expect(other.claim('m9')).toBe('new')
    const first = receive(request([track('m1'), track('m9')]))
    const second = receive(request([track('m2'), track('m9'), track('m1')]))
    other.settle(false)
    await Promise.all([first, second])
    expect(totals(spool.frames)).toEqual({ received: 5, stored: 3, deduplicated: 2, rejected: 0, suppressed: 0 })
  })

  it('of an event that could not be stored are taken when they come again', async () => {
    const { receive, spool } = testEdge()
    spool.hold()
    const lost = receive(request([track('m1')]))
    spool.fail(new Error('EIO'))
    await expect(lost).rejects.toThrow('EIO')
    await receive(request([track('m1')]))
    expect(totals(spool.frames)).toMatchObject({ received: 1, stored: 1, deduplicated: 0 })
  })
})

describe('copies with other content', () => {
  const first = track('m1', { event: 'First', timestamp: '2026-03-01T09:00:00.000Z', properties: { plan: 'pro' } })

  it.each([
    ['another name', { event: 'Second' }],
    ['another time', { timestamp: '2026-03-01T09:00:00.001Z' }],
    ['other properties', { properties: { plan: 'free' } }],
    ['another type', { type: 'page' }],
  ])('are counted: %s', async (_, other) => {
    const { receive, spool, conflicts } = testEdge()
    await receive(request([first, { ...first, ...other }]))
    expect(conflicts, 'in one request').toEqual(['web'])
    await receive(request([{ ...first, ...other }]))
    expect(conflicts, 'in a later one').toEqual(['web', 'web'])
    spool.hold()
    const underway = receive(request([{ ...first, messageId: 'm2' }]))
    const meanwhile = receive(request([{ ...first, messageId: 'm2', ...other }]))
    await Promise.resolve()
    expect(conflicts).toHaveLength(2)
    spool.release()
    await Promise.all([underway, meanwhile])
    expect(conflicts, 'while it is on its way').toHaveLength(3)
    expect(totals(spool.frames)).toEqual({ received: 5, stored: 2, deduplicated: 3, rejected: 0, suppressed: 0 })
  })

  it.each([
    ['sentAt', { sentAt: '2026-03-01T10:00:00Z' }],
    ['what a transport adds', { _metadata: { bundled: ['a'], retry: 2 }, writeKey: 'wk', integrations: { All: true } }],
    ['its context', { context: { library: { name: 'x' } } }],
    ['its time as it was first called', { timestamp: undefined, originalTimestamp: '2026-03-01T09:00:00.000Z' }],
  ])('are not those that differ in %s', async (_, other) => {
    const { receive, spool, conflicts } = testEdge()
    await receive(request([first, { ...first, ...other }]))
    await receive(request([{ ...first, ...other }], { shared: { sentAt: '2026-03-01T11:00:00Z', context: { locale: 'de' } } }))
    expect(totals(spool.frames)).toMatchObject({ stored: 1, deduplicated: 2 })
    expect(conflicts).toEqual([])
  })

  it('are none where the first was not stored', async () => {
    const { receive, spool, conflicts } = testEdge()
    spool.hold()
    const lost = receive(request([first, { ...first, event: 'Second' }]))
    const next = receive(request([{ ...first, event: 'Third' }]))
    spool.fail(new Error('EIO'))
    await expect(lost).rejects.toThrow('EIO')
    await next
    expect(totals(spool.frames)).toMatchObject({ stored: 1, deduplicated: 0 })
    expect(conflicts).toEqual([])
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
