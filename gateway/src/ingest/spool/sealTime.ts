import type { SpoolLimits } from './spoolLimits.ts'

/** Segments that may wait before the next ones are made larger: a loader at work has one or two. */
const FEW = 4
const MOST_GAPS = 60

/**
 * How long a segment stays open, milliseconds. After a quiet time a short while, so that an event is soon seen; under steady
 * traffic one gap after the seal before it, so that a minute has a bounded number of segments, each a part in the tables;
 * longer the more segments wait, for then nobody reads them sooner. `sinceSeal` may be anything: clocks jump.
 */
export function sealDelay(
  { sinceSeal, waiting }: { sinceSeal: number; waiting: number },
  { sealMs, sealGapMs }: Pick<SpoolLimits, 'sealMs' | 'sealGapMs'>,
): number {
  const gap = sealGapMs * Math.min(MOST_GAPS, Math.max(1, waiting - FEW + 1))
  return Math.max(sealMs, Math.min(gap, gap - sinceSeal))
}
