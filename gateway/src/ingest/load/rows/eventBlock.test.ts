import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedDatabase } from '../../../../../test/engine.ts'
import { eventRow } from '../../spool/frame.fixture.ts'
import { EVENTS_TARGET, insertLines, type Landing, passEvents } from '../insert.ts'
import { createEventBlock, eventColumns } from './eventBlock.ts'
import { readBlock } from './readBlock.ts'
import { eventLines } from './segmentRows.ts'
import { pageWords, restWords } from './usual/mouldedWords.ts'

const columns = eventColumns()
const TEXTS = EVENT_COLUMNS.filter(name => /String/.test(columns[name].type))
const SPAN = { min: 0, max: Date.UTC(2299, 11, 31) }

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', 'direct', 'Pricing Viewed') },
  { weight: 4, arbitrary: fc.string({ unit: 'binary' }) },
  // Around the lengths at which the length itself takes one byte more.
  fc.nat({ max: 4 }).map(more => 'x'.repeat(125 + more)),
  fc.nat({ max: 4 }).map(more => 'ä'.repeat(62 + more)),
  fc.nat({ max: 4 }).map(more => '🙂'.repeat(4095 + more)),
)
const json = fc
  .dictionary(fc.string(), fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), fc.double(), fc.constantFrom('} ] , "', '\u2028\u0001')))
  .map(object => JSON.stringify(object))
const time = fc.integer(SPAN)
const anyRow: fc.Arbitrary<EventRow> = fc
  .record({
    ...Object.fromEntries(TEXTS.map(name => [name, text])),
    client_seq: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    timestamp: time,
    original_timestamp: time,
    sent_at: time,
    received_at: time,
    clock_offset_ms: fc.maxSafeInteger(),
    is_bot: fc.constantFrom(0, 1),
    consent: json,
    properties: json,
    traits: json,
    context: json,
  })
  .map(row => row as unknown as EventRow)

const valuesOf = (rows: readonly EventRow[]) => rows.map(row => EVENT_COLUMNS.map(name => row[name]))

function blockOf(rows: readonly EventRow[], block = createEventBlock()) {
  block.clear()
  for (const row of rows) block.add(row)
  return block.take()
}

describe('a block of events', () => {
  it('gives back the rows that were put in, one after another', () => {
    const block = createEventBlock()
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 12 }), rows => {
        expect(readBlock(blockOf(rows, block), rows.length)).toEqual(valuesOf(rows))
      }),
      { numRuns: 200 },
    )
  })

  it.each([255, 256, 65_535, 65_536])('holds %d different words and more in a column, and grows with its rows', words => {
    const rows = Array.from({ length: words + 300 }, (_, at) => eventRow({ message_id: `m-${at}`, url: `u-${at % words}`, client_seq: at }))
    expect(readBlock(blockOf(rows), rows.length)).toEqual(valuesOf(rows))
  })

  it('takes long contexts that differ at about the pace of short ones, and sends one that stays once', () => {
    const time = (length: number) => {
      const block = createEventBlock()
      const shared = 'y'.repeat(length)
      const begun = performance.now()
      for (let at = 0; at < 800; at++) block.add(eventRow({ message_id: 'm', context: JSON.stringify({ shared, at: 1000 + at }) }))
      return performance.now() - begun
    }
    time(15_000)
    // By the byte a copy costs the same; texts that are compared with all before them cost many times as much.
    expect(time(17_000)).toBeLessThan(8 * time(15_000))
    const same = Array.from({ length: 50 }, () => eventRow({ message_id: 'm', context: 'y'.repeat(17_000) }))
    expect(blockOf(same).length).toBeLessThan(2 * 17_000)
    expect(readBlock(blockOf(same), same.length)).toEqual(valuesOf(same))
  })

  it.each(['context', 'properties'] as const)(
    'holds nothing of a row whose %s cannot be added, nor of rows that an earlier one left',
    column => {
      const block = createEventBlock()
      block.add(eventRow({ message_id: 'left' }))
      block.clear()
      const good = [eventRow({ message_id: 'm-1', url: 'https://a.test/' }), eventRow({ message_id: 'm-2', url: 'https://b.test/' })]
      const bad = eventRow({ message_id: 'bad', url: 'https://bad.test/', [column]: undefined })
      for (const row of good) {
        expect(() => block.add(bad)).toThrow(TypeError)
        block.add(row)
      }
      expect(() => block.add(bad)).toThrow(TypeError)
      expect(readBlock(block.take(), 2)).toEqual(valuesOf(good))
    },
  )

  it('holds nothing of a row of moulds in the middle of which a column had no memory for more', () => {
    const columns = eventColumns()
    let isFull = false
    const addNumber = columns.browser.addNumber
    const block = createEventBlock({
      ...columns,
      browser: {
        ...columns.browser,
        addNumber(number) {
          if (isFull) throw new RangeError('Array buffer allocation failed')
          addNumber(number)
        },
      },
    })
    const row = eventRow({ message_id: 'm', browser: 'Firefox', url: 'https://a.test/' })
    const [page, rest] = [pageWords(row), restWords(row)]
    block.addMoulded(row, page, rest)
    isFull = true
    expect(() => block.addMoulded({ ...row, message_id: 'bad' }, page, rest)).toThrow(RangeError)
    isFull = false
    block.addMoulded(row, page, rest)
    block.add(row)
    expect(readBlock(block.take(), 3)).toEqual(valuesOf([row, row, row]))
  })
})

describe('a block, to the engine,', () => {
  const shared = sharedDatabase()
  const landing = (): Landing => ({ ...shared.db, signal: new AbortController().signal })
  const ask = async <T>(query: string) => (await landing().client.query({ query, format: 'JSONEachRow' })).json<T>()

  it('has the types of the table, or words where the table has texts', async () => {
    const described = await ask<{ name: string; type: string }>(
      `SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'events' AND default_kind = '' ORDER BY position`,
    )
    const types = new Map(described.map(({ name, type }) => [name, type]))
    expect([...types.keys()]).toEqual([...EVENT_COLUMNS, 'segment_id', 'segment_index'])
    for (const name of EVENT_COLUMNS) {
      const { type } = columns[name]
      expect([type, type.replace('LowCardinality(String)', 'String')]).toContain(types.get(name))
    }
  })

  it('stores the rows byte by byte, as lines do, in the places of their segments', async () => {
    const long = ['x'.repeat(2000), 'ä'.repeat(3000)]
    const rows = fc
      .sample(anyRow, { numRuns: 300, seed: 7 })
      .map((row, at) => (at % 3 === 0 ? { ...row, title: long[(at / 3) % 2] ?? '' } : row))
    const [asBlock, asLines] = ['0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a', 'fedcba98-7654-4321-8fed-cba987654321']
    const stretches = [
      { first: 3, count: 100 },
      { first: 1000, count: 200 },
    ]
    const made = { block: blockOf(rows), stretches, unmade: [], rejected: [], counts: [], span: null }
    await passEvents(landing(), [{ segment: asBlock, block: made.block, stretches }])
    await insertLines(
      landing(),
      EVENTS_TARGET,
      eventLines(made).map(line => ({ ...line, segment: asLines })),
    )
    const stored = (segment: string) =>
      ask<
        Record<string, unknown>
      >(`SELECT * EXCEPT (segment_id) REPLACE (${TEXTS.map(name => `hex(${name}) AS ${name}`).join(', ')}), id_hash
        FROM events WHERE segment_id = '${segment}' ORDER BY segment_index`)
    const found = await stored(asBlock)
    expect(found).toHaveLength(rows.length)
    expect(await stored(asLines)).toEqual(found)
    // A text of more than 1,024 characters may stand in the dictionary twice.
    const wanted = rows.map((row, place) => [
      place < 100 ? 3 + place : 900 + place,
      ...TEXTS.map(name => Buffer.from(String(row[name])).toString('hex').toUpperCase()),
    ])
    expect(found.map(row => [row.segment_index, ...TEXTS.map(name => row[name])])).toEqual(wanted)
  })
})
