import type { IntentModel } from '@waymark/schemas/model'
import { erf, normalCdf } from './phi.ts'

/** Season of the workspace: `s` = recent ÷ expected activity, `phi` = variance ÷ mean of weekly counts, at least 1. */
export interface SurgeBaseline {
  readonly s: number
  readonly phi: number
}

/** What is assumed before the first baseline: no season, Poisson counts. */
export const NO_SEASON: SurgeBaseline = { s: 1, phi: 1 }

/** Different (person, day) pairs of an account, and for how many days it has been known. */
export interface PersonDays {
  readonly recent: number
  readonly base: number
  readonly knownDays: number
}

export interface Surge {
  readonly points: number
  /** 100 Φ(ζ): 50 is the account's own baseline; null where there is too little to compare. */
  readonly index: number | null
}

/** ζ = 2 (√(y+⅜) − √(m+⅜)) / √φ with m = weeks · s · (b+1) / (baseWeeks+2): intent.md section 3. */
export function zeta(
  { recent, base }: Pick<PersonDays, 'recent' | 'base'>,
  { s, phi }: SurgeBaseline,
  { recentWeeks, baseWeeks }: IntentModel['surge'],
): number {
  const expected = (recentWeeks * s * (base + 1)) / (baseWeeks + 2)
  return (2 * (Math.sqrt(recent + 3 / 8) - Math.sqrt(expected + 3 / 8))) / Math.sqrt(phi)
}

/** points · max(0, 2Φ(ζ) − 1), once there are enough person-days and weeks. */
export function surgeOf(days: PersonDays, baseline: SurgeBaseline, rules: IntentModel['surge']): Surge {
  if (days.recent < rules.minPersonDays || days.knownDays < 7 * rules.minWeeks) return { points: 0, index: null }
  const deviation = zeta(days, baseline, rules)
  return { points: rules.points * Math.max(0, erf(deviation / Math.SQRT2)), index: 100 * normalCdf(deviation) }
}
