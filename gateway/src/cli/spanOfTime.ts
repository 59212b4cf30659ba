const UNITS: { readonly [unit: string]: number } = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `90s`, `15min`, `24h` or `7d`; null for anything else. */
export function spanOfTime(text: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,6}) ?(s|min|h|d)$/.exec(text.trim()) ?? (text.trim() === '0' ? ['', '0', 's'] : [])
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN)
  return count === '' || Number.isNaN(ms) ? null : ms
}
