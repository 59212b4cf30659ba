/** Values of another kind than is wanted, taken for what their senders mean by them. Pure. */

/** What languages write where there is nothing: PHP an empty list for an empty object, others false. Of a text, '' stays what it is. */
export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
}

/** A number or `true` is a text that somebody forgot to write as one. What says more than that stays as it is, so that validation can name it. */
export function textOf(value: unknown): unknown {
  if (typeof value === 'string') return value
  if (isNothing(value)) return undefined
  return typeof value === 'number' || value === true ? String(value) : value
}

/** An object, undefined for nothing; anything else stays as it is. */
export function objectOf(value: unknown): unknown {
  return value === '' || isNothing(value) ? undefined : value
}

/** Text without surrounding blanks, undefined for nothing and '', a number as text; anything else stays as it is. */
export function idOf(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return isNothing(value) ? undefined : value
  const text = trimmed(value)
  return text === '' ? undefined : text
}

/** Without surrounding blanks. Most have none, which two looks tell sooner than a call. */
export function trimmed(text: string): string {
  return isPrinted(text.charCodeAt(0)) && isPrinted(text.charCodeAt(text.length - 1)) ? text : text.trim()
}

/** ASCII that is no blank. */
function isPrinted(code: number): boolean {
  return code > 0x20 && code < 0x7f
}
