/** Ids that fit one parameter: the engine takes 128 KiB of text in each. */
const MOST_IDS = 4_000

/** Cuts a list of ids where one parameter would become too long. */
export function inBatches<T>(ids: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, index) => ids.slice(index * MOST_IDS, (index + 1) * MOST_IDS))
}
