import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'

/** A request that wants more of whoever reads it than it costs to send. */
export interface Bomb {
  readonly name: string
  readonly body: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** What it has to be answered with. */
  readonly status: number
  /** Code of the refusal, or of the one rejected event of a 200; '' where that is stored, its numbers and keys as what JSON makes of them. */
  readonly code: string
}

const MIB = 1024 * 1024
const LEVELS = 1_000_000
const DIGITS = 1_000_000

/** `mebibytes`: what those of compressed data come to. None is larger than a plain body may be. */
export function makeBombs(mebibytes: number): readonly Bomb[] {
  const zeros = Buffer.alloc(MIB)
  const times = (member: Buffer) => Buffer.concat(Array.from({ length: mebibytes }, () => member))
  const gzip = times(gzipSync(zeros, { level: 9 }))
  const deep = Buffer.from(`{"batch":[${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}]}`)
  const deepObjects = Buffer.from(`{"batch":[${'{"a":'.repeat(LEVELS / 2)}1${'}'.repeat(LEVELS / 2)}]}`)
  const encoded = (encoding: string) => ({ 'content-encoding': encoding })
  const event = (properties: string) => Buffer.from(`{"batch":[{"type":"track","event":"x","userId":"u","properties":${properties}}]}`)
  return [
    { name: 'gzip', body: gzip, headers: encoded('gzip'), status: 413, code: 'body_too_large' },
    { name: 'gzip that nobody announced', body: gzip, status: 413, code: 'body_too_large' },
    {
      name: 'deflate',
      body: deflateSync(Buffer.alloc(mebibytes * MIB), { level: 9 }),
      headers: encoded('deflate'),
      status: 413,
      code: 'body_too_large',
    },
    { name: 'brotli', body: brotliZeros(mebibytes), headers: encoded('br'), status: 413, code: 'body_too_large' },
    {
      name: 'brotli that does not say how much',
      body: silent(brotliZeros(mebibytes)),
      headers: encoded('br'),
      status: 413,
      code: 'body_too_large',
    },
    { name: 'zstd', body: times(zstdCompressSync(zeros)), headers: encoded('zstd'), status: 413, code: 'body_too_large' },
    { name: 'gzip in gzip', body: gzipSync(gzip), headers: encoded('gzip'), status: 400, code: 'unreadable_body' },
    { name: 'gzip that says it is twice', body: gzipSync(gzip), headers: encoded('gzip, gzip'), status: 415, code: 'unsupported_encoding' },
    { name: 'brotli that says it is twice', body: brotliZeros(2), headers: encoded('br, br'), status: 415, code: 'unsupported_encoding' },
    { name: 'zstd with a window of 2 GiB', body: hugeWindow(), headers: encoded('zstd'), status: 400, code: 'unreadable_body' },
    { name: 'a million levels, zipped', body: gzipSync(deep), headers: encoded('gzip'), status: 400, code: 'unreadable_body' },
    {
      name: 'half a million objects in each other, zipped',
      body: gzipSync(deepObjects),
      headers: encoded('gzip'),
      status: 400,
      code: 'unreadable_body',
    },
    { name: 'a million levels that never close', body: Buffer.alloc(LEVELS, '['), status: 400, code: 'unreadable_body' },
    {
      name: 'levels of half a body',
      body: Buffer.concat([Buffer.alloc(500_000, '['), Buffer.alloc(500_000, ']')]),
      status: 400,
      code: 'unreadable_body',
    },
    { name: 'a number of a million digits', body: event(`{"n":${'7'.repeat(DIGITS)}}`), status: 200, code: '' },
    {
      name: 'a number of five million digits, zipped',
      body: gzipSync(event(`{"n":${'7'.repeat(5 * DIGITS)}}`)),
      headers: encoded('gzip'),
      status: 200,
      code: '',
    },
    {
      name: 'a number with a million digits behind the point',
      body: event(`{"n":0.${'3'.repeat(DIGITS)}}`),
      status: 200,
      code: '',
    },
    {
      name: 'a hundred thousand keys',
      body: event(`{${Array.from({ length: 80_000 }, (_, n) => `"k${n}":1`).join(',')}}`),
      status: 200,
      code: 'too_many_keys',
    },
    {
      name: 'keys that meet in one place',
      body: event(`{${Array.from({ length: 9_000 }, (_, n) => `"${n}":1`).join(',')}}`),
      status: 200,
      code: 'too_many_keys',
    },
    {
      name: 'one key a hundred thousand times',
      body: event(`{${Array(100_000).fill('"a":1').join(',')}}`),
      status: 200,
      code: '',
    },
    {
      name: 'a quarter of a million halves of characters',
      body: event(`{"t":"${'\\ud800'.repeat(150_000)}"}`),
      status: 200,
      code: 'event_too_large',
    },
  ]
}

function brotliZeros(mebibytes: number): Buffer {
  return brotliCompressSync(Buffer.alloc(mebibytes * MIB), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 24 },
  })
}

/** The same stream with a block for nobody before its first, which says nothing of the others: 12 bits more, behind the four of the window. */
function silent(stream: Buffer): Buffer {
  const bytes = Buffer.alloc(stream.length + 2)
  // Not the last, no word of its length, zero bytes to skip, and the rest of a byte.
  bytes[0] = 0x60 | 0x0f
  for (let at = 0; at < stream.length; at++) {
    const byte = stream[at] ?? 0
    const next = stream[at + 1] ?? 0
    bytes[at + 2] = (byte >> 4) | ((next & 0x0f) << 4)
  }
  return bytes
}

/** The head of a frame that asks for the largest window there is, and a block of one repeated byte. */
function hugeWindow(): Buffer {
  const windowOf2GiB = 21 << 3
  const lastBlockOfOneByte = (0x1f_ffff << 3) | (1 << 1) | 1
  const block = Buffer.alloc(3)
  block.writeUIntLE(lastBlockOfOneByte & 0xff_ffff, 0, 3)
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, windowOf2GiB]), block, Buffer.from([0x20])])
}
