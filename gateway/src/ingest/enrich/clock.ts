/**
 * Clients lie about time. A request tells how far its device's clock is off: `receivedAt − sentAt` is that error plus the
 * time the request was under way, so the smallest difference seen within a day is the best estimate of the error alone.
 *
 * Every function here is pure: a device's clock is a value that the gateway keeps between requests (devices.ts).
 */
export interface DeviceClock {
  /** Smallest differences of the current and of the previous half day, ms; together they cover 12 to 24 hours. */
  readonly smallest: readonly [current: number, previous: number]
  /** Start of the current half day, epoch ms. */
  readonly since: number
  /** The newest difference, and when it came. */
  readonly last: number
  readonly at: number
  /** A difference that no clock as it was explains, and when it was first seen; null after one that fits. */
  readonly suspect: Suspect | null
  /** Corrections by original time, oldest first; each holds after its `after`. */
  readonly steps: readonly Step[]
  /** Latest original time placed so far. */
  readonly latest: number
}

export interface Suspect {
  readonly difference: number
  readonly since: number
}

export interface Step {
  readonly after: number
  readonly offset: number
  /** No event after `after` is placed before this: a smaller estimate must not move it in front of those already stored. */
  readonly floor: number
}

/** What is added when the clock is right enough: transit is no error of a clock. */
const TOLERANCE_MS = 5000
/** Events cannot come from the future; this much is left to clocks that have not been measured yet. */
const AHEAD_MS = 5 * 60_000
const HALF_DAY_MS = 12 * 3_600_000
/** A larger jump, confirmed, means that somebody set the clock. */
const RESET_MS = 10 * 60_000
/** What was held back together is let go together: only a request this much later confirms another. */
const APART_MS = 60_000
/** No request is under way this long. */
const LONGEST_STALL_MS = 2 * 3_600_000
/** Remembered exactly. */
const MOST_STEPS = 8

/** What a request that left at `sentAt` (device) and came at `receivedAt` (ours) teaches about the device. */
export function observe(clock: DeviceClock | undefined, sentAt: number, receivedAt: number): DeviceClock {
  const last = receivedAt - sentAt
  // The other events of one request teach nothing new, and must not confirm one another.
  if (clock?.at === receivedAt && clock.last === last) return clock
  if (clock === undefined) return fresh(last, receivedAt)
  const suspect = suspicion(clock, last, receivedAt)
  if (suspect !== null && wasSet(clock, suspect, last, receivedAt)) return fresh(last, receivedAt)
  const smallest = aged(clock, receivedAt)
  const next: DeviceClock = {
    ...clock,
    last,
    at: receivedAt,
    suspect,
    smallest: [Math.min(smallest[0], last), smallest[1]],
    since: smallest === clock.smallest ? clock.since : receivedAt,
  }
  const offset = offsetOf(next)
  return offset === newest(clock).offset ? next : { ...next, steps: withStep(clock, offset) }
}

/** An original time on our clock: the same order as on the device's, whatever was learnt in between. */
export function correct(clock: DeviceClock, original: number): number {
  const [only] = clock.steps
  if (only !== undefined && clock.steps.length === 1) return Math.max(original + only.offset, only.floor)
  const step = clock.steps.findLast(({ after }) => original > after) ?? clock.steps[0] ?? newest(clock)
  const next = clock.steps[clock.steps.indexOf(step) + 1]
  return Math.min(Math.max(original + step.offset, step.floor), next?.floor ?? Number.POSITIVE_INFINITY)
}

/** Remembers that an event of this original time has its place. */
export function placed(clock: DeviceClock, original: number): DeviceClock {
  return original > clock.latest ? { ...clock, latest: original } : clock
}

/** Not beyond five minutes after it arrived. */
export function notAhead(timestamp: number, receivedAt: number): number {
  return Math.min(timestamp, receivedAt + AHEAD_MS)
}

function fresh(difference: number, receivedAt: number): DeviceClock {
  const offset = Math.abs(difference) < TOLERANCE_MS ? 0 : difference
  return {
    smallest: [difference, Number.POSITIVE_INFINITY],
    since: receivedAt,
    last: difference,
    at: receivedAt,
    suspect: null,
    steps: [{ after: Number.NEGATIVE_INFINITY, offset, floor: Number.NEGATIVE_INFINITY }],
    latest: Number.NEGATIVE_INFINITY,
  }
}

function suspicion({ smallest, suspect }: DeviceClock, difference: number, receivedAt: number): Suspect | null {
  if (difference - Math.min(smallest[0], smallest[1]) <= RESET_MS) return null
  const isTheSame = suspect !== null && Math.abs(difference - suspect.difference) < TOLERANCE_MS
  return isTheSame ? suspect : { difference, since: receivedAt }
}

/** A clock that now reads right where no stall can explain it, or the same as some time before. */
function wasSet({ smallest }: DeviceClock, suspect: Suspect, difference: number, receivedAt: number): boolean {
  const isRight = Math.abs(difference) < TOLERANCE_MS && difference - Math.min(smallest[0], smallest[1]) > LONGEST_STALL_MS
  return isRight || receivedAt - suspect.since >= APART_MS
}

function aged(clock: DeviceClock, receivedAt: number): DeviceClock['smallest'] {
  if (receivedAt - clock.since < HALF_DAY_MS) return clock.smallest
  const isRecent = receivedAt - clock.since < 2 * HALF_DAY_MS
  return [Number.POSITIVE_INFINITY, isRecent ? clock.smallest[0] : Number.POSITIVE_INFINITY]
}

function offsetOf(clock: DeviceClock): number {
  const estimate = Math.min(...clock.smallest)
  return Math.abs(estimate) < TOLERANCE_MS ? 0 : estimate
}

function newest(clock: DeviceClock): Step {
  return clock.steps.at(-1) ?? { after: Number.NEGATIVE_INFINITY, offset: 0, floor: Number.NEGATIVE_INFINITY }
}

function withStep(clock: DeviceClock, offset: number): readonly Step[] {
  const nothingPlaced = clock.latest === Number.NEGATIVE_INFINITY
  if (nothingPlaced) return [{ after: clock.latest, offset, floor: clock.latest }]
  const step: Step = { after: clock.latest, offset, floor: correct(clock, clock.latest) }
  const kept = clock.steps.filter(({ after }) => after < step.after)
  const steps = [...kept, step]
  const [oldest, ...rest] = steps.slice(-MOST_STEPS)
  if (oldest === undefined || steps.length <= MOST_STEPS + 1) return steps
  // What is older still was placed by forgotten ones, which said nearly the same; the floor of this one is hours after it.
  return [{ ...oldest, after: Number.NEGATIVE_INFINITY, floor: Number.NEGATIVE_INFINITY }, oldest, ...rest]
}
