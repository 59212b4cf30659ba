/** Members of a request that may hold the address of a visitor, told by the bytes of it. Pure. */

const NAMES = ['ip', 'request_ip']
const PLAIN = NAMES.map(name => Buffer.from(`"${name}"`))
/** Any character of a name may be escaped, and NUL is dropped wherever it stands. */
const ESCAPED = new RegExp(`"(?:${NAMES.map(escapable).join('|')})${escapable('')}"`, 'i')
const ESCAPE = Buffer.from('\\u00')

/**
 * Whether JSON text has a member that addresses of visitors stand in, anywhere: also one that nobody reads, beside the batch, or the first of two of
 * one name.
 */
export function mayHoldAddress(body: Buffer): boolean {
  if (PLAIN.some(name => body.includes(name))) return true
  return body.includes(ESCAPE) && ESCAPED.test(body.toString('latin1'))
}

function escapable(name: string): string {
  const characters = [...name].map(one => `(?:${one}|\\\\u${one.charCodeAt(0).toString(16).padStart(4, '0')})`)
  return ['', ...characters, ''].join('(?:\\\\u0000)*')
}
