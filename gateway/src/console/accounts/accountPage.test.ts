import { describe, expect, it } from 'vitest'
import type { Account, Changes, Member, Reason, TimelineEvent } from '../../read/shapes.ts'
import { accountPage } from './accountPage.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const at = (day: number, time = '09:05') => `2026-11-${String(day).padStart(2, '0')}T${time}:00.000Z`

const ANA: Member = {
  profileId: 'p_ana',
  label: 'Ana Silva',
  name: 'Ana Silva',
  email: 'ana@acme.example',
  title: 'VP Operations',
  role: 'decisionMaker',
  identifiers: [],
  rule: 'email_domain',
  certainty: 0.9,
  since: null,
  firstSeenAt: at(1),
  lastSeenAt: at(17),
}

const ACME: Account = {
  accountId: 'a_acme',
  name: 'Acme',
  domain: 'acme.example',
  label: 'Acme',
  intent: {
    score: 58,
    points: 34.7,
    band: 'warm',
    change7d: 17,
    weekly: [0, 41, 58],
    grade: null,
    confidence: null,
    surge: null,
    percentile: null,
    scoredAt: at(20),
    modelVersion: 1,
  },
  journey: { model: 'journey5', stage: null, since: null, status: null, statusSince: null },
  fit: { score: null, letter: null, completeness: null },
  people: [ANA],
  peopleCount: 1,
  keys: [{ kind: 'group_id', value: 'acme' }],
  traits: { name: 'Acme', plan: 'team' },
  firstSeenAt: at(1),
  lastTouchAt: at(17),
}

const QUIET: Changes = {
  accountId: 'a_acme',
  from: at(13, '00:00'),
  to: at(20, '00:00'),
  days: 7,
  score: { before: 58, now: 58, change: 0 },
  points: { before: 34.7, now: 34.7, change: 0 },
  band: { before: 'warm', now: 'warm' },
  reasons: [],
  otherPoints: 0,
  moves: [],
  newTouches: 0,
  newPeople: [],
  newVisitors: 0,
  topics: [],
}

const reason = (
  kind: string,
  type: string,
  points: number,
  count: number,
  day: number | null,
  person: string | null = 'Ana Silva',
): Reason => ({
  text: `${kind === 'surge' ? 'more activity than this account usually has' : 'other'}: +${points} points`,
  kind,
  person,
  profileId: person === null ? null : 'p_ana',
  type,
  topic: '',
  category: '',
  points,
  count,
  lastAt: day === null ? null : at(day),
})

const event = (fields: Partial<TimelineEvent>): TimelineEvent => ({
  messageId: 'm',
  source: 'web',
  at: at(17),
  receivedAt: at(17),
  type: 'page',
  event: '',
  title: '',
  url: '',
  path: '/pricing',
  referrer: '',
  channel: 'organic_search',
  isBot: false,
  botReason: '',
  properties: {},
  person: { profileId: 'p_ana', identifier: { type: 'user_id', value: 'ana' }, label: 'Ana Silva' },
  ...fields,
})

async function textOf({
  account = {},
  reasons = [],
  events = [],
  changes = {},
}: {
  changes?: Partial<Changes>
  account?: Partial<Account>
  reasons?: Reason[]
  events?: TimelineEvent[]
}) {
  const score = { accountId: 'a_acme', at: '2026-11-20T00:00:00.000Z', score: 58.04, points: 34.7, band: 'warm', modelVersion: 1, reasons }
  const page = await accountPage({
    account: { ...ACME, ...account },
    score,
    journey: null,
    timeline: { data: events, nextCursor: null },
    history: { through: null, days: [] },
    changes: { ...QUIET, ...changes },
    isFirstPage: true,
    now: NOW,
  })
  return String(page)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

describe('the page of an account', () => {
  it('says who its people are: role, last seen, and how that is known', async () => {
    expect(await textOf({})).toContain(
      'Ana Silva VP Operations ana@acme.example Decision maker 3 days ago since 1 Nov 2026 Work e-mail 90 % sure',
    )
    expect(await textOf({ account: { peopleCount: 214 } })).toContain('And 213 more, who were seen longer ago.')
    expect(await textOf({ account: { people: [], peopleCount: 0 } })).toContain('Nobody is known to belong to it now.')
  })

  it('tells reasons in sentences with points that add up below them', async () => {
    const reasons = [
      reason('touch', 'Demo Requested', 22, 1, 19),
      reason('touch', 'Pricing Viewed', 7.5, 3, 8),
      reason('surge', '', 4.2, 0, null, null),
      reason('other', '', 1, 6, null, null),
    ]
    const text = await textOf({ reasons })
    expect(text).toContain('Ana Silva requested a demo once, yesterday +22.0')
    expect(text).toContain('Ana Silva viewed pricing 3 times, last 12 days ago +7.5')
    expect(text).toContain('More activity than this account usually has +4.2')
    expect(text).toContain('Everything else together 6 actions in all +1.0')
    expect(text).toContain('All reasons together +34.7')
    expect(text).toContain('34.7 points make 58.0 of 100')
  })

  it('says so where there is nothing to tell', async () => {
    const text = await textOf({})
    expect(text).toContain('Nothing counts at present')
    expect(text).toContain('Not placed yet')
    expect(text).toContain('No events')
  })

  it('tells what changed this week in plain words, with points that add up', async () => {
    const change = {
      kind: 'touch',
      person: 'Ana Silva',
      profileId: 'p_ana',
      type: 'Demo Requested',
      topic: '',
      category: 'handraise',
      lastAt: at(18),
    }
    const text = await textOf({
      changes: {
        score: { before: 41.2, now: 66.4, change: 25.2 },
        points: { before: 21.2, now: 43.6, change: 22.4 },
        band: { before: 'engaged', now: 'warm' },
        reasons: [
          {
            ...change,
            how: 'came',
            text: 'Ana Silva requested a demo, new: +23.9 points',
            pointsBefore: 0,
            pointsNow: 23.9,
            change: 23.9,
            newCount: 1,
          },
          {
            ...change,
            how: 'faded',
            text: 'Ana Silva viewed pricing and has not since: −1.2 points',
            pointsBefore: 3.4,
            pointsNow: 2.2,
            change: -1.2,
            newCount: 0,
          },
        ],
        otherPoints: -0.3,
        moves: [
          {
            at: at(18),
            fromStage: 'consider',
            fromStatus: 'active',
            toStage: 'evaluate',
            toStatus: 'active',
            direction: 'forward',
            rule: 'hand-raise',
          },
        ],
        newTouches: 1,
        newPeople: [{ profileId: 'p_bo', person: 'Bo Li', role: 'decisionMaker' }],
        newVisitors: 2,
        topics: [{ topic: 'fleet', points: 3, share: 1, isNew: true }],
      },
    })
    expect(text).toContain('41.2 → 66.4 Engaged → Warm Moved from Consider to Evaluate , 18 Nov 2026 (hand-raise)')
    expect(text).toContain('New here: Bo Li (decision maker) 2 new anonymous visitors First interest in fleet')
    expect(text).toContain(
      'Ana Silva requested a demo new +23.9 Ana Silva viewed pricing and has not since +3.4 → +2.2 −1.2 Everything else −0.3 All changes together +22.4',
    )
    expect(text).toContain('20 Nov 2026 compared with 13 Nov 2026 , 7 days before.')
  })

  it('has words of its own for a week in which nothing, or only time, happened', async () => {
    expect(await textOf({})).toContain(
      '58.0 → 58.0 still Warm Nothing changed: nobody did anything that counts, nobody new came, and the stage is the same.',
    )
    const faded = await textOf({ changes: { points: { before: 3.8, now: 3, change: -0.8 } } })
    expect(faded).toContain('Nobody did anything that counts; what was done before counts less every day (−0.8 points).')
    expect(await textOf({ changes: { newTouches: 1 } })).toContain('1 more action by the same people; the stage is the same.')
    const dormant = {
      at: at(18),
      fromStage: 'aware',
      fromStatus: 'active',
      toStage: 'aware',
      toStatus: 'dormant',
      direction: 'status',
      rule: 'silence',
    }
    expect(await textOf({ changes: { moves: [dormant] } })).toContain('Became dormant, was active, 18 Nov 2026 (silence)')
  })

  it('lists events under their day', async () => {
    const events = [
      event({ at: at(17, '23:10') }),
      event({ at: at(17, '08:00'), type: 'track', event: 'Demo Requested', channel: '' }),
      event({ at: at(3), isBot: true, botReason: 'headless browser' }),
    ]
    const text = await textOf({ events })
    expect(text).toContain('Tuesday 17 November 2026 23:10 Ana Silva Viewed a page Organic search · via web /pricing 08:00')
    expect(text).toContain('08:00 Ana Silva Demo Requested via web')
    expect(text).toContain('Viewed a page Bot Organic search · via web · headless browser')
    expect(text).toContain('Tuesday 3 November 2026 09:05')
  })

  it('repeats neither name nor domain among the traits', async () => {
    expect(await textOf({ account: { traits: { name: 'Acme', domain: 'acme.example', plan: 'team' } } })).toMatch(
      /Known since 1 Nov 2026 Plan team Timeline/,
    )
  })
})
