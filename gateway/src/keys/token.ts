import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Gives `size` unpredictable bytes; an argument so that tests can repeat a key. */
export type RandomBytes = (size: number) => Buffer

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Big-endian base 62, padded to the width that any value of this many bytes fits in. */
export function base62(bytes: Buffer): string {
  const width = Math.ceil((bytes.length * 8) / Math.log2(62))
  let rest = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (text.length < width) {
    text = DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}

/** A public or server write key: 16 random bytes are out of reach of guessing, and it only writes. */
export function newWriteKey(random: RandomBytes = randomBytes): string {
  return `wk_${base62(random(16))}`
}

/**
 * `sk_<id>_<32 random bytes><checksum>`: the prefix and the CRC-32 let secret scanners recognise a leaked key without asking us.
 * The id is shown in lists and logs; it is no secret.
 */
export function newSecretKey(random: RandomBytes = randomBytes): string {
  const body = `sk_${base62(random(6))}_${base62(random(32))}`
  return body + checksum(body)
}

/** Whether a text is a secret key that this program made, unharmed by copying. */
export function isSecretKeyForm(key: string): boolean {
  return /^sk_[0-9A-Za-z]{9}_[0-9A-Za-z]{49}$/.test(key) && checksum(key.slice(0, -6)) === key.slice(-6)
}

function checksum(body: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(body))
  return base62(bytes)
}

/** What is stored of a key. Keys have 128 bits or more, so a plain fast hash cannot be turned back. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
