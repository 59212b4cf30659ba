import type { Fault } from './fault.ts'

/** Every fault by number; `npm run bench -- faults` runs them in this order. */
export const FAULTS: readonly Fault[] = []

/** Every load. */
export const LOADS: readonly Fault[] = []
