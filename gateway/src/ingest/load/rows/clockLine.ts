/** A device's clock as a line of text, and back. Pure. */
import type { DeviceClock, Step } from '../../enrich/clock.ts'

export type KeyedClock = readonly [key: string, clock: DeviceClock]

/** JSON has no infinity: `null` stands for it, above in `smallest`, below elsewhere. */
export function clockLine([key, { smallest, since, last, at, suspect, steps, latest }]: KeyedClock): string {
  // By hand: thousands are written a second, and JSON.stringify takes three times as long.
  const seen = suspect === null ? 'null' : `[${finite(suspect.difference)},${suspect.since}]`
  const taken = steps.map(({ after, offset, floor }) => `[${finite(after)},${finite(offset)},${finite(floor)}]`).join(',')
  const [current, previous] = smallest
  return `[${JSON.stringify(key)},[${finite(current)},${finite(previous)}],${since},${last},${at},${seen},${finite(latest)},[${taken}]]\n`
}

/** -0 is 0 in JSON, as it is in a text. */
function finite(number: number): string {
  return Number.isFinite(number) ? String(number) : 'null'
}

/** null for a line that none of ours is. */
export function parseClockLine(line: string): KeyedClock | null {
  const value = parsed(line)
  if (!Array.isArray(value) || value.length !== 8) return null
  const [key, smallest, since, last, at, seen, latest, steps] = value as readonly unknown[]
  const [current, previous] = numbers(smallest, 2, Number.POSITIVE_INFINITY) ?? []
  const [suspected, first] = seen === null ? [] : (numbers(seen, 2) ?? [Number.NaN])
  const [from, newest, heard] = numbers([since, last, at], 3) ?? []
  const [placed] = numbers([latest], 1, Number.NEGATIVE_INFINITY) ?? []
  const known = Array.isArray(steps) ? steps.map(stepOf) : []
  const isWhole = [current, previous, from, newest, heard, placed].every(one => one !== undefined) && known.length > 0
  if (typeof key !== 'string' || !isWhole || Number.isNaN(suspected) || known.includes(null)) return null
  const clock: DeviceClock = {
    smallest: [current ?? 0, previous ?? 0],
    since: from ?? 0,
    last: newest ?? 0,
    at: heard ?? 0,
    suspect: suspected === undefined || first === undefined ? null : { difference: suspected, since: first },
    steps: known.filter(step => step !== null),
    latest: placed ?? 0,
  }
  return [key, clock]
}

function stepOf(value: unknown): Step | null {
  const [after, offset, floor] = numbers(value, 3, Number.NEGATIVE_INFINITY) ?? []
  // An offset is always a number: only the beginning of all time has none.
  if (after === undefined || offset === undefined || floor === undefined || !Number.isFinite(offset)) return null
  return { after, offset, floor }
}

/** So many numbers, `endless` where there is null; undefined for anything else. */
function numbers(value: unknown, count: number, endless?: number): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length !== count) return undefined
  const found = value.map(one => (one === null ? endless : one))
  return found.every(one => typeof one === 'number') ? (found as number[]) : undefined
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
