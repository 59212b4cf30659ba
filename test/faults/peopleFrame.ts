import { testFrame } from '../../gateway/src/ingest/spool/frame.fixture.ts'
import type { Frame } from '../../gateway/src/ingest/spool/frame.ts'

const COMPANIES = ['acme', 'globex', 'initech', 'umbrella', 'hooli']

/** Events that give every job something to do: people who view pages, sign up and ask for a demo. What happens follows from the id. */
export function peopleFrame(ids: readonly string[], at: number): Frame {
  return testFrame(ids, { at, event: personEvent })
}

function personEvent(messageId: string): object {
  const person = Number.parseInt(messageId.slice(0, 4), 16) % 40
  const company = COMPANIES[person % COMPANIES.length] ?? 'acme'
  const userId = `u-${person}`
  const acts = [
    { type: 'page', event: undefined, context: { page: { url: 'https://vendor.example/pricing', path: '/pricing' } } },
    { type: 'identify', event: undefined, userId, traits: { email: `p${person}@${company}.example` } },
    { type: 'track', event: 'Demo Requested', userId },
    { type: 'group', event: undefined, userId, groupId: company, traits: { name: company } },
  ]
  return { anonymousId: `a-${person}`, ...acts[Number.parseInt(messageId.slice(4, 6), 16) % acts.length] }
}
