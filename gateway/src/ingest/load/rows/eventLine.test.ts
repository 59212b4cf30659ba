import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { eventRow } from '../../spool/frame.fixture.ts'
import { eventLine } from './eventLine.ts'

const lineOf = (row: EventRow) => eventLine(EVENT_COLUMNS.map(column => row[column]))

it('has the columns in their order, whatever the texts hold', () => {
  const every = Object.fromEntries(EVENT_COLUMNS.map(column => [column, fc.oneof(fc.string({ unit: 'binary' }), fc.integer())]))
  fc.assert(
    fc.property(fc.record(every), values => {
      const row = { ...values, ...jsonColumns('{}') } as unknown as EventRow
      const parsed = JSON.parse(lineOf(row)) as unknown[]
      expect(parsed.slice(0, -4)).toEqual(EVENT_COLUMNS.slice(0, -4).map(column => row[column]))
      expect(parsed.slice(-4)).toEqual([{}, {}, {}, {}])
    }),
  )
})

it('stays one line also with a text that enrich would not write', () => {
  for (const text of ['', '{\n}', '[1]', 'no JSON', '"']) {
    const line = lineOf(eventRow({ message_id: 'm', ...jsonColumns(text) }))
    expect(line).not.toContain('\n')
    expect((JSON.parse(line) as unknown[]).slice(-4)).toEqual([text, text, text, text])
  }
})

function jsonColumns(text: string) {
  return { consent: text, properties: text, traits: text, context: text }
}
