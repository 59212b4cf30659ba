import type { IntentModel } from '@waymark/schemas/model'

/** From the lowest. */
export const BANDS = ['cold', 'engaged', 'warm', 'hot'] as const
export type Band = (typeof BANDS)[number]

/** Bands go up at once and go down only `hysteresis` points below their threshold. `previous` is the band of the day before; null on the first. */
export function bandOf(intent: number, previous: Band | null, bands: IntentModel['bands']): Band {
  const reached = (band: 'engaged' | 'warm' | 'hot') =>
    intent >= bands[band] || (BANDS.indexOf(previous ?? 'cold') >= BANDS.indexOf(band) && intent >= bands[band] - bands.hysteresis)
  if (reached('hot')) return 'hot'
  if (reached('warm')) return 'warm'
  return reached('engaged') ? 'engaged' : 'cold'
}
