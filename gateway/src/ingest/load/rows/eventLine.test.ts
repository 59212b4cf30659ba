import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { testDatabase } from '../../../../../test/engine.ts'
import { eventRow, testFrame } from '../../spool/frame.fixture.ts'
import { testSpool } from '../../spool/spool.fixture.ts'
import { loaderBench, rowsAs } from '../loader.fixture.ts'
import { eventLine } from './eventLine.ts'

it('has the columns in their order, whatever the texts hold', () => {
  const every = Object.fromEntries(EVENT_COLUMNS.map(column => [column, fc.oneof(fc.string({ unit: 'binary' }), fc.integer())]))
  fc.assert(
    fc.property(fc.record(every), values => {
      const row = { ...values, ...jsonColumns(() => '{}') } as unknown as EventRow
      const parsed = JSON.parse(eventLine(row)) as unknown[]
      expect(parsed.slice(0, -4)).toEqual(EVENT_COLUMNS.slice(0, -4).map(column => row[column]))
      expect(parsed.slice(-4)).toEqual([{}, {}, {}, {}])
    }),
  )
})

it('stays one line also with a text that enrich would not write', () => {
  for (const text of ['', '{\n}', '[1]', 'no JSON', '"']) {
    const line = eventLine(eventRow({ message_id: 'm', ...jsonColumns(() => text) }))
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect((JSON.parse(line) as unknown[]).slice(-4)).toEqual([text, text, text, text])
  }
})

it('is stored by the engine character by character', async () => {
  const { db, close } = await testDatabase()
  const value = fc.oneof(
    fc.jsonValue({ stringUnit: 'binary' as const, maxDepth: 20 }),
    fc.double(),
    fc.constantFrom('} ] , "', '\u2028\u0001', '😀'),
  )
  const objects = fc.sample(fc.dictionary(fc.string(), value), { numRuns: 200, seed: 1 }).map(object => JSON.stringify(object))
  const rows = objects.map((text, index) =>
    eventRow({ message_id: `m-${index}`, ...jsonColumns(place => objects.at(index - place) ?? text) }),
  )
  const spool = await testSpool({})
  await spool.append(testFrame(rows.map(({ message_id }) => message_id)))
  const bench = loaderBench(db)
  const loader = bench.loaderOf(spool, { rows: rowsAs(rows) })
  await loader.drain()
  await loader.stop()
  const stored = await bench.ask('SELECT consent, properties, traits, context FROM events ORDER BY segment_index')
  expect(stored).toEqual(rows.map(({ consent, properties, traits, context }) => ({ consent, properties, traits, context })))
  await spool.close()
  await close()
})

function jsonColumns(text: (place: number) => string) {
  return { consent: text(0), properties: text(1), traits: text(2), context: text(3) }
}
