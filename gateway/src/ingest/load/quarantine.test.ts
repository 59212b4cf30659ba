import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import { expect, it } from 'vitest'
import { createRedaction } from '../enrich/redact.ts'
import { eventRow } from '../spool/frame.fixture.ts'
import { quarantinedLine } from './quarantine.ts'

const lineOf = (row: EventRow) => ({ index: 0, json: JSON.stringify(EVENT_COLUMNS.map(column => row[column])) })

it('keeps none of the secrets of an event without a row, which stands there as it came', () => {
  const given = { type: 'nope', context: { page: { url: 'https://acme.com/?patient-id=4711&token=s3cret&a=1', title: 'Pricing' } } }
  const line = lineOf(eventRow({ message_id: 'm', properties: JSON.stringify(given) }))
  const { json } = quarantinedLine({ line, message: 'no' }, 0, createRedaction(['patientId']))
  const raw = JSON.parse((JSON.parse(json) as string[]).at(-1) ?? '') as EventRow
  const url = 'https://acme.com/?patient-id=redacted&token=redacted&a=1'
  expect(JSON.parse(raw.properties)).toEqual({ type: 'nope', context: { page: { url, title: 'Pricing' } } })
})
