/**
 * A thousand devices with clocks up to a year off send for six hours over a network that stalls for up to an hour, and send again what was
 * not answered: through the receiver, what it keeps, and the rows that are made of that.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createRandom } from '../simulate/random.ts'
import { createHotSet } from './dedupe.ts'
import { openKeptClocks } from './load/rows/keptClocks.ts'
import { memorySpool, request, track } from './receive.fixture.ts'
import { createReceiver } from './receive.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const YEAR = 365 * 24 * HOUR
const START = Date.UTC(2026, 2, 1)
const DEVICES = 1_000
const LASTS = 6 * HOUR
/** Half of what makes a difference a clock's and not the network's. */
const TOLERANCE = 5 * SECOND
const SDK_TIMEOUT = 15 * SECOND
/** Most clocks are off by anything up to a year, some by less than an hour, where a stall can look like a right clock, some hardly. */
const RANGES: readonly (readonly [from: number, to: number])[] = [
  [-YEAR, YEAR],
  [-YEAR, YEAR],
  [-YEAR, YEAR],
  [-HOUR, HOUR],
  [-4 * SECOND, 4 * SECOND],
]

interface Sent {
  readonly device: number
  readonly sentAt: number
  readonly arrivesAt: number
  readonly events: readonly { readonly id: string; readonly at: number }[]
}

interface Story {
  /** What a device's clock shows more than it is. */
  readonly errors: readonly number[]
  readonly requests: readonly Sent[]
  /** Moment of each event, and whether some request with it came at once. */
  readonly events: ReadonlyMap<string, { readonly at: number; readonly device: number; isOnTime: boolean }>
}

function tell(seed: number): Story {
  const random = createRandom(seed)
  const between = (from: number, to: number) => Math.round(from + random.next() * (to - from))
  const errors = Array.from({ length: DEVICES }, (_, n) => between(...(RANGES[n % RANGES.length] ?? [0, 0])))
  const requests: Sent[] = []
  const events = new Map<string, { at: number; device: number; isOnTime: boolean }>()
  for (let device = 0; device < DEVICES; device++) {
    // Some pages send while an earlier request is still under way.
    const isParallel = device % 3 === 0
    // Some stall alone; and now and then the network holds back everything, and lets it go at once.
    const outages = Array.from({ length: between(0, 3) }, () => {
      const from = START + between(0, LASTS)
      return { from, until: from + between(MINUTE, HOUR) }
    })
    let at = START + between(0, 10 * MINUTE)
    while (at < START + LASTS) {
      const batch = Array.from({ length: between(1, 3) }, (_, n) => ({ id: `${device}-${at}-${n}`, at: at + n * 7 }))
      for (const { id, at: moment } of batch) events.set(id, { at: moment, device, isOnTime: false })
      let leaves = at + between(20, 1_500)
      for (let attempt = 0; attempt < 5; attempt++) {
        const outage = outages.find(({ from, until }) => leaves >= from && leaves < until)
        const isStalled = outage !== undefined || random.next() < 0.05
        const transit = between(15, 400)
        const arrivesAt = outage !== undefined ? outage.until + transit : leaves + (isStalled ? between(6 * SECOND, HOUR) : transit)
        requests.push({ device, sentAt: leaves, arrivesAt, events: batch })
        if (!isStalled) for (const { id } of batch) events.set(id, { at: events.get(id)?.at ?? 0, device, isOnTime: true })
        if (!isStalled && random.next() > 0.05) break
        leaves += SDK_TIMEOUT + between(0, 2 * SECOND)
      }
      at =
        (isParallel ? at : Math.max(at, leaves)) +
        (random.next() < 0.2 ? between(5, 4 * SECOND) : between(1, 10) * between(2 * SECOND, 2 * MINUTE))
    }
  }
  return { errors, requests: requests.sort((a, b) => a.arrivesAt - b.arrivesAt), events }
}

interface Placed {
  readonly id: string
  readonly original: number
  readonly timestamp: number
  readonly receivedAt: number
}

/** `restarts`: after so many requests each time, the gateway is killed and started again. */
async function live({ errors, requests }: Story, restarts = Number.POSITIVE_INFINITY): Promise<Placed[][]> {
  const clock = { at: START }
  const now = () => clock.at
  const file = join(folder, `${restarts}.jsonl`)
  let kept = openKeptClocks(file, { now })
  const spool = memorySpool(moment => kept.clocks.place(moment))
  const receive = createReceiver({ append: spool.append, hotSet: createHotSet({ now }), now, randomUUID: () => 'unused' })
  for (const [place, { device, sentAt, arrivesAt, events }] of requests.entries()) {
    clock.at = arrivesAt
    const error = errors[device] ?? 0
    const shown = (moment: number) => new Date(moment + error).toISOString()
    const batch = events.map(({ id, at }) => track(id, { anonymousId: `device-${device}`, timestamp: shown(at) }))
    await receive(request(batch, { shared: { sentAt: shown(sentAt) } }))
    if (place % restarts !== restarts - 1) continue
    kept.save()
    kept = openKeptClocks(file, { now })
  }
  const placed: Placed[][] = Array.from({ length: DEVICES }, () => [])
  const seen = new Set<string>()
  for (const row of spool.frames.flatMap(frame => frame.events)) {
    // A copy that comes after the hot set has forgotten the first is passed over by whoever reads: the first wins.
    if (seen.has(row.message_id)) continue
    seen.add(row.message_id)
    const device = Number(row.anonymous_id.slice('device-'.length))
    placed[device]?.push({ id: row.message_id, original: row.original_timestamp, timestamp: row.timestamp, receivedAt: row.received_at })
  }
  return placed
}

const folder = await mkdtemp(join(tmpdir(), 'waymark-clocks-'))
afterAll(() => rm(folder, { recursive: true }))

/** Events of one device that stand in another order than they happened in. */
function inversionsIn(placed: readonly Placed[][]): Placed[] {
  return placed.flatMap(ofDevice => {
    const inOrder = ofDevice.toSorted((a, b) => a.original - b.original)
    return inOrder.filter(({ timestamp }, place) => timestamp < (inOrder[place - 1]?.timestamp ?? 0))
  })
}

describe('the clocks of a thousand devices', async () => {
  const story = tell(20_260_301)
  const placed = await live(story)
  const rows = placed.flat()

  it('lose nothing, however often it was sent', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(story.events.size)
    expect(rows).toHaveLength(story.events.size)
    expect(story.requests.length).toBeGreaterThan(story.events.size / 3)
  })

  it('never turn the order of a device around', () => {
    expect(inversionsIn(placed)).toEqual([])
  })

  it('are known again after the gateway was killed: every event has the place that it had without', async () => {
    expect(await live(story, 5_000)).toEqual(placed)
  })

  it('end within a second of the truth for what was sent on time', () => {
    const wrong = rows.flatMap(({ id, timestamp }) => {
      const { at, device, isOnTime } = story.events.get(id) ?? { at: 0, device: 0, isOnTime: false }
      // A clock that is off by less than a request may take is believed: its own error is what remains.
      const own = Math.abs(story.errors[device] ?? 0)
      const allowed = own < TOLERANCE ? own : SECOND
      const isFinal = at > START + LASTS / 2
      return isOnTime && isFinal && Math.abs(timestamp - at) > allowed ? [{ id, error: timestamp - at, clock: story.errors[device] }] : []
    })
    expect([...story.events.values()].filter(({ at, isOnTime }) => isOnTime && at > START + LASTS / 2).length).toBeGreaterThan(20_000)
    expect(wrong.slice(0, 10)).toEqual([])
  })
})
