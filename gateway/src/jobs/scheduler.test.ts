import { describe, expect, test } from 'vitest'
import type { LastRun } from './ledger.ts'
import { createScheduler, dueJobs, type Timetable } from './scheduler.ts'

const TIMETABLE: readonly Timetable[] = [
  { job: 'first', everyMs: 20_000 },
  { job: 'second', everyMs: 20_000 },
]
const NOON = Date.UTC(2026, 2, 1, 12)

function ran(job: string, more: Partial<LastRun> = {}): [string, LastRun] {
  return [job, { job, watermark: 'w', now: NOON, isFailing: false, ...more }]
}

describe('dueJobs', () => {
  test('names every job, in order, before the first run', () => {
    expect(dueJobs(TIMETABLE, new Map(), NOON, false)).toEqual(['first', 'second'])
  })

  test('names nothing when nothing is new on the same day', () => {
    expect(dueJobs(TIMETABLE, new Map([ran('first'), ran('second')]), NOON + 3_600_000, false)).toEqual([])
  })

  test('names all when something is new and their time has come, none before', () => {
    const last = new Map([ran('first'), ran('second')])
    expect(dueJobs(TIMETABLE, last, NOON + 19_999, true)).toEqual([])
    expect(dueJobs(TIMETABLE, last, NOON + 20_000, true)).toEqual(['first', 'second'])
  })

  test('names all on a new UTC day although nothing is new: scores decay', () => {
    expect(dueJobs(TIMETABLE, new Map([ran('first'), ran('second')]), NOON + 12 * 3_600_000, false)).toEqual(['first', 'second'])
  })

  test('names a job again that failed, and only that', () => {
    expect(dueJobs(TIMETABLE, new Map([ran('first'), ran('second', { isFailing: true })]), NOON + 1, false)).toEqual(['second'])
  })

  test('is not put off by a run that was asked for with a later date', () => {
    const last = new Map([ran('first', { now: NOON + 90 * 86_400_000 }), ran('second')])
    expect(dueJobs(TIMETABLE, last, NOON + 20_000, true)).toEqual(['first', 'second'])
  })
})

describe('createScheduler', () => {
  /** A timer that fires when told, and remembers the waits. */
  function clockwork() {
    const waits: number[] = []
    let fire: () => void = () => undefined
    return {
      waits,
      fire: () => fire(),
      setTimer(run: () => void, ms: number) {
        waits.push(ms)
        fire = run
        return setTimeout(() => undefined, 0)
      },
    }
  }
  const settled = () => new Promise(done => setImmediate(done))

  test('ticks again after each tick, waits longer after failures and recovers', async () => {
    const { waits, fire, setTimer } = clockwork()
    const outcomes = [true, false, false, true]
    const errors: unknown[] = []
    const scheduler = createScheduler({
      everyMs: 1000,
      setTimer,
      onError: error => errors.push(error),
      tick: async () => {
        if (outcomes.shift() === false) throw new Error('down')
      },
    })
    scheduler.start()
    for (let tick = 0; tick < 4; tick += 1) {
      fire()
      await settled()
    }
    await scheduler.stop()
    expect(waits).toEqual([1000, 1000, 2000, 4000, 1000])
    expect(errors).toHaveLength(2)
  })

  test('stop waits for the tick under way and starts no other', async () => {
    const { waits, fire, setTimer } = clockwork()
    const gate: { open?: () => void } = {}
    const scheduler = createScheduler({
      everyMs: 1000,
      setTimer,
      onError: () => undefined,
      tick: () =>
        new Promise<void>(done => {
          gate.open = done
        }),
    })
    scheduler.start()
    fire()
    let stopped = false
    const stopping = scheduler.stop().then(() => {
      stopped = true
    })
    await settled()
    expect(stopped).toBe(false)
    gate.open?.()
    await stopping
    expect(waits).toEqual([1000])
  })
})
