/** Rounds into figures, and figures into text. */

/** The middle of several rounds, with the ends: on a busy machine one round says little. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN }
}

/** Of sorted values, between the two that surround it. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return below + (above - below) * (place - Math.floor(place))
}

/** Round by round, for what stood side by side had the same neighbours. */
export function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
}

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

/** 12,345 above a hundred, else three digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100 ? whole.format(value) : String(Number(value.toPrecision(3)))
}

/** `12,345 (11,000–13,000)`. */
export function withEnds({ median, least, most }: Spread, digits: (value: number) => string = number): string {
  return `${digits(median)} (${digits(least)}–${digits(most)})`
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)}×` : '–'
}
