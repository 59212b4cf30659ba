/** Addresses in JSON text that is itself a text of JSON, where `&` may be `\u0026`, `=` `\u003d` and `/` `\/`. Pure. */

/** An escape of a character that JSON needs no escape for, behind as many backslashes as there are texts in texts. */
const ESCAPE = /(?<!\\)\\+(?:u00(2[013-9a-f]|[3467][0-9a-f]|5[0-9abd-f])|\/)/i
const ESCAPES = new RegExp(ESCAPE, 'gi')
/** A quote, with the backslashes of a text in a text before it: an address does not reach beyond. */
const QUOTE = /((?<!\\)\\*")/

/**
 * The text without the secrets that only show once such escapes are read. A stretch between two quotes that holds one has its escapes
 * read for good; every other stays as it is.
 */
export function withoutEscapedSecrets(text: string, redact: (text: string) => string): string {
  if (!ESCAPE.test(text)) return text
  return text
    .split(QUOTE)
    .map(stretch => cleaned(stretch, redact))
    .join('')
}

function cleaned(stretch: string, redact: (text: string) => string): string {
  if (!ESCAPE.test(stretch)) return stretch
  const read = stretch.replace(ESCAPES, (_, hex: string | undefined) =>
    hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const clean = redact(read)
  return clean === read ? stretch : clean
}
