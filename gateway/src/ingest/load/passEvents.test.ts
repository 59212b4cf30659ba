import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterEach, expect, it } from 'vitest'
import { type Landing, passEventsAsMade, type SegmentBlock } from './insert.ts'
import { placedBlock } from './rows/placedBlock.ts'

const SEGMENT = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'
const MIB = 2 ** 20

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** An engine that begins late and rests after each piece, so that the kernel is always full of what it has not taken yet; tells what it took. */
async function slowEngine() {
  const taken = createHash('sha256')
  const server: Server = createServer(async (request, response) => {
    await wait(200)
    for await (const piece of request) {
      taken.update(piece)
      await wait(1)
    }
    response.end()
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  closers.push(() => server.close())
  const client = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, log: { level: ClickHouseLogLevel.OFF } })
  closers.push(() => client.close())
  const landing: Landing = {
    client,
    reader: client,
    name: 'waymark',
    form: { kind: 'embedded' },
    close: async () => undefined,
    signal: new AbortController().signal,
  }
  return { landing, taken: () => taken.digest('hex') }
}

/** Of so many bytes, in memory that is shared with whoever makes the next. */
function blockOf(bytes: number, place: number): SegmentBlock {
  const block = new Uint8Array(new SharedArrayBuffer(bytes)).fill(1 + (place % 250))
  return { segment: SEGMENT, block, stretches: [{ first: place, count: 1 }] }
}

function repeated(times: number, ...sizes: readonly number[]): number[] {
  return Array.from({ length: times }, () => sizes).flat()
}

it.each([
  ['of large blocks alone', repeated(8, 4 * MIB)],
  ['of small ones behind large ones', repeated(10, 2 * MIB, 10, 10)],
  ['of some that end in a small piece', repeated(16, MIB + 40_000, 10, 10)],
  ['of blocks of any size', repeated(3, 3 * MIB, 300_000, 70_000, 200, 2 * MIB + 40_000, 1, 65_536, 262_143, 262_144, MIB)],
  ['of small ones alone', repeated(60, 500)],
])('every byte is sent as it was when it was made, though its memory is used again as soon as it is told so: %s', async (_, sizes) => {
  const { landing, taken } = await slowEngine()
  const blocks = sizes.map(blockOf)
  const expected = createHash('sha256')
  for (const piece of blocks.flatMap(placedBlock)) expected.update(piece)
  const sent: SegmentBlock[] = []
  async function* made() {
    for (const block of blocks) {
      await wait(1)
      yield block
    }
  }
  await passEventsAsMade(landing, [SEGMENT], made(), block => {
    sent.push(block)
    block.block.fill(0xff)
  })
  expect(taken()).toBe(expected.digest('hex'))
  expect(sent).toEqual(blocks.slice(0, -1))
})

it('is told why the next block could not be made', async () => {
  const { landing } = await slowEngine()
  async function* made(): AsyncGenerator<SegmentBlock> {
    yield blockOf(MIB, 0)
    throw new Error('no more of them')
  }
  await expect(passEventsAsMade(landing, [SEGMENT], made(), () => undefined)).rejects.toThrow('no more of them')
})
