/** Members of a request that may hold the address of a visitor, told by the bytes of it. Pure. */

const NAMES = ['ip', 'request_ip']
const PLAIN = NAMES.map(name => Buffer.from(`"${name}"`))
/** Any character of a name may be escaped, and NUL is dropped wherever it stands. */
const ESCAPED = new RegExp(`"(?:${NAMES.map(escapable).join('|')})${escapable('')}"`, 'i')
const ESCAPE = Buffer.from('\\u00')
/** All names end so. One byte in nine is a quote: to look behind each takes seven times as long as to look for this. */
const END = Buffer.from('ip"')
const BEFORE_END = NAMES.map(name => Buffer.from(`"${name.slice(0, 1 - END.length)}`))
const MOST_LOOKS = 100

/**
 * Whether JSON text has a member that addresses of visitors stand in, anywhere: also one that nobody reads, beside the batch, or the first of two of
 * one name.
 */
export function mayHoldAddress(body: Buffer): boolean {
  if (holdsPlain(body)) return true
  return body.includes(ESCAPE) && ESCAPED.test(body.toString('latin1'))
}

function holdsPlain(body: Buffer): boolean {
  let at = body.indexOf(END)
  for (let looks = 0; at !== -1; looks++) {
    // Every text may end so; then one long search costs less than many short ones.
    if (looks === MOST_LOOKS) return PLAIN.some(name => body.includes(name))
    if (BEFORE_END.some(start => isBefore(body, at, start))) return true
    at = body.indexOf(END, at + END.length)
  }
  return false
}

function isBefore(body: Buffer, at: number, text: Buffer): boolean {
  return at >= text.length && body.compare(text, 0, text.length, at - text.length, at) === 0
}

function escapable(name: string): string {
  const characters = [...name].map(one => `(?:${one}|\\\\u${one.charCodeAt(0).toString(16).padStart(4, '0')})`)
  return ['', ...characters, ''].join('(?:\\\\u0000)*')
}
