import type { EventRow } from '@waymark/schemas/row'
import { countRow, eventRow, hourOf } from '../../gateway/src/ingest/spool/frame.fixture.ts'
import type { Frame } from '../../gateway/src/ingest/spool/frame.ts'

const COMPANIES = ['acme', 'globex', 'initech', 'umbrella', 'hooli']

/** Events that give every job something to do: people who view pages, sign up and ask for a demo. What happens follows from the id. */
export function peopleFrame(ids: readonly string[], at: number): Frame {
  return {
    events: ids.map(id => personEvent(id, at)),
    rejected: [],
    counts: [countRow({ source_id: 'web', hour: hourOf(at), received: ids.length })],
  }
}

function personEvent(message_id: string, received_at: number): EventRow {
  const person = Number.parseInt(message_id.slice(0, 4), 16) % 40
  const company = COMPANIES[person % COMPANIES.length] ?? 'acme'
  const acts: Partial<EventRow>[] = [
    { type: 'page', event: '', url: 'https://vendor.example/pricing', path: '/pricing' },
    { type: 'identify', event: '', user_id: `u-${person}`, traits: JSON.stringify({ email: `p${person}@${company}.example` }) },
    { type: 'track', event: 'Demo Requested', user_id: `u-${person}` },
    { type: 'group', event: '', user_id: `u-${person}`, group_id: company, traits: JSON.stringify({ name: company }) },
  ]
  const act = acts[Number.parseInt(message_id.slice(4, 6), 16) % acts.length]
  return eventRow({ message_id, received_at, anonymous_id: `a-${person}`, ...act })
}
