import type { Random } from '../../gateway/src/simulate/random.ts'

/** How long a fault or a load runs: in `npm test`, while somebody works on it, and as the record that is kept. */
export type Form = 'smoke' | 'middle' | 'long'

export interface FaultRun {
  readonly form: Form
  /** Cycles, seconds or variants: what `Fault.unit` says. */
  readonly size: number
  /** Drawn from the seed that the run prints: the same seed draws the same moments. */
  readonly random: Random
  readonly log: (line: string) => void
}

export interface Outcome {
  /** What was measured, to be printed: short names, numbers with their unit in the name. */
  readonly figures: Readonly<Record<string, number | string>>
  /** Every promise that did not hold, as a sentence; empty when the fault passed. */
  readonly broken: readonly string[]
}

/** Something that goes wrong (F01 …) or weighs on the gateway (L1 …), and what must hold meanwhile and afterwards. */
export interface Fault {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly sizes: Readonly<Record<Form, number>>
  /** Why it cannot run on this machine; null when it can. */
  readonly cannotRun?: () => string | null
  run(options: FaultRun): Promise<Outcome>
}
