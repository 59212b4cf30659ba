const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const GROUPED = new Intl.NumberFormat('en-GB')

/** `12.4 MiB`. */
export function bytesWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

/** `850 ms`, `1.3 s`, `27 s`, `4 min`, `3 h 20 min`, `5 d 2 h`. */
export function spanWords(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`
  const minutes = Math.round(ms / 60_000)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `12,345`. */
export function countWords(count: number): string {
  return GROUPED.format(count)
}

/** `1 event`, `12,345 events`. */
export function many(count: number, word: string): string {
  return `${countWords(count)} ${word}${count === 1 ? '' : 's'}`
}
