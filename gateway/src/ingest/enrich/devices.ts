import { correct, type DeviceClock, notAhead, observe, placed } from './clock.ts'
import { isStorable } from './time.ts'

/** When an event happened, all in epoch ms. */
export interface EventTime {
  readonly timestamp: number
  readonly original: number
  readonly sentAt: number
  /** What was added to the original time. */
  readonly offset: number
}

export interface Moment {
  /** Who carries the clock, within a source. */
  readonly device: string
  /** null: absent or unreadable, so the moment of arrival stands for it. */
  readonly original: number | null
  readonly sentAt: number | null
  readonly receivedAt: number
}

/** Places events in time, learning about each device from every request. */
export interface DeviceClocks {
  place(moment: Moment): EventTime
  /** Every clock that is kept, those heard of last at the end. */
  all(): Iterable<readonly [key: string, clock: DeviceClock]>
}

/** For clocks that are to outlive the process. */
export interface ClocksBefore {
  /** What a device is known by. */
  readonly keyOf?: (device: string) => string
  /** What was known before, those heard of last at the end. */
  readonly known?: Iterable<readonly [key: string, clock: DeviceClock]>
  /** Told of each clock that is another than before. */
  readonly onChange?: (key: string, clock: DeviceClock) => void
}

/** Requests overtake one another by less; what is older than its device's newest by more was kept by us and is taken in again. */
const REPLAYED_MS = 3_600_000

/** Keeps the clocks of the `capacity` devices heard of last, at least half as many; a device that was forgotten is simply measured anew. */
export function createDeviceClocks(
  capacity = 50_000,
  { keyOf = device => device, known: before = [], onChange = () => undefined }: ClocksBefore = {},
): DeviceClocks {
  let young = new Map<string, DeviceClock>()
  let old = new Map<string, DeviceClock>()

  function keep(key: string, clock: DeviceClock): void {
    if (young.size >= capacity / 2 && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, clock)
  }

  for (const [key, clock] of before) keep(key, clock)

  return {
    place({ device, original, sentAt, receivedAt }) {
      const sent = sentAt ?? receivedAt
      if (original === null) return { timestamp: receivedAt, original: receivedAt, sentAt: sent, offset: 0 }
      if (sentAt === null) return result(original, original, sent, receivedAt)
      const key = keyOf(device)
      const known = young.get(key)
      const last = known ?? old.get(key)
      const isReplayed = last !== undefined && receivedAt < last.at - REPLAYED_MS
      // It tells of the clock as it was then, and nothing of the clock as it is.
      if (isReplayed) return result(original, correct(observe(undefined, sentAt, receivedAt), original), sent, receivedAt)
      const clock = observe(last, sentAt, receivedAt)
      const next = placed(clock, original)
      if (next !== known) {
        keep(key, next)
        onChange(key, next)
      }
      return result(original, correct(clock, original), sent, receivedAt)
    },
    *all() {
      for (const entry of old) if (!young.has(entry[0])) yield entry
      yield* young
    },
  }
}

/** An import says when things happened: its times are not corrected, but cannot lie ahead either. */
export function historical({ original, sentAt, receivedAt }: Moment): EventTime {
  const time = original ?? receivedAt
  return result(time, time, sentAt ?? receivedAt, receivedAt)
}

function result(original: number, corrected: number, sentAt: number, receivedAt: number): EventTime {
  const wanted = notAhead(corrected, receivedAt)
  // A correction by decades may lead out of the span that both of its ends are in.
  const timestamp = isStorable(wanted) ? wanted : receivedAt
  return { timestamp, original, sentAt, offset: timestamp - original }
}
