/** A number stays a number; null is an empty field. */
export type CsvField = string | number | null

/** Excel takes a file for UTF-8 by this mark alone. */
export const CSV_START = '\ufeff'

// A spreadsheet takes a field for a formula by its first character; it may drop white space, quotes and invisible characters before that.
const FORMULA = /^(?:[\s\p{Cc}\p{Cf}"'`]*[=+\-@＝＋－＠]|[\t\r\0])/u
const TO_QUOTE = /[",;\t\r\n]|^\s|\s$/

/**
 * One record by RFC 4180, with its line end. Text that a spreadsheet would run begins with `'` (OWASP ASVS 5, 1.2.10),
 * also behind quotes or white space; nothing else of a field is changed.
 */
export function csvLine(fields: readonly CsvField[]): string {
  return `${fields.map(csvField).join(',')}\r\n`
}

function csvField(field: CsvField): string {
  if (field === null) return ''
  if (typeof field === 'number') return Number.isFinite(field) ? String(field) : ''
  const guarded = guardFormula(field)
  return TO_QUOTE.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** `text`, with `'` in front where a spreadsheet would take it for a formula. */
export function guardFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}
