/**
 * Values that broken integrations send for everybody; compared trimmed and in lower case. They identify nobody: events keep
 * them only where there is no other id, and they link nothing.
 */
export const BLOCKED_VALUES = [
  '', '-1', '0', 'anonymous', 'anonymous_id', 'anonymousid', 'anon', 'guest', 'distinct_id', 'distinctid', 'id', 'user_id', 'userid',
  'email', 'null', 'nil', 'none', 'undefined', 'unknown', 'nan', 'n/a', 'not_authenticated', 'true', 'false', '[object object]', '{}', '[]',
  '"null"', '"undefined"', "''", '""',
] // biome-ignore format: a list reads better dense

const BLOCKED: ReadonlySet<string> = new Set(BLOCKED_VALUES)
const LONGEST_BLOCKED = Math.max(...BLOCKED_VALUES.map(value => value.length))

/** Whether a value is no identifier at all, whoever sends it; so are zeros and dashes alone, such as the empty uuid. */
export function isBlockedValue(value: string): boolean {
  const text = value.trim()
  // Most identifiers are longer, and begin with neither.
  if (text.length <= LONGEST_BLOCKED && BLOCKED.has(text.toLowerCase())) return true
  return (text[0] === '0' || text[0] === '-') && /^[0-]+$/.test(text)
}
