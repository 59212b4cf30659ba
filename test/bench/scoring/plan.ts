import { loadModels } from '../../../gateway/src/model/load.ts'
import type { Size } from '../benchmark.ts'

export interface Plan {
  readonly accounts: readonly number[]
  readonly rounds: number
  readonly reads: number
}

export const PLANS: { readonly [size in Size]: Plan } = {
  quick: { accounts: [100], rounds: 1, reads: 5 },
  default: { accounts: [1000, 10_000], rounds: 3, reads: 50 },
  full: { accounts: [1000, 10_000, 100_000], rounds: 3, reads: 100 },
}

export const DAY_MS = 86_400_000
export const TODAY = 20_500
export const DAYS = 90
export const PEOPLE = 5
export const TOUCHES = 100
/** Of accounts that are marked for the dirty-only run. */
export const DIRTY_SHARE = 0.01

export const MODELS = loadModels()
