import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { daysAgo, type ExampleAccount, insertAccounts, insertEvents, insertPeople, NOW } from './rows.fixture.ts'

/** A small workspace as it may be found: one account told in full (Acme), others for the list. */
export async function insertExample(db: Database): Promise<void> {
  await insertAccounts(db, [ACME, ...OTHERS])
  await insertPeople(db, [
    {
      profileId: 'p_000000000000000000000ana',
      accountId: ACME.accountId,
      userId: 'u_ana',
      anonymousIds: ['anon-ana'],
      traits: { name: 'Ana Silva', email: 'ana@acme.example', title: 'VP Operations' },
      since: daysAgo(60),
    },
    {
      profileId: 'p_0000000000000000000000bo',
      accountId: ACME.accountId,
      userId: 'u_bo',
      anonymousIds: ['anon-bo'],
      traits: { firstName: 'Bo', lastName: 'Li', email: 'bo.li@acme.example' },
      since: daysAgo(20),
    },
  ])
  await insertEvents(db, [
    {
      messageId: 'e1',
      at: daysAgo(41.2),
      anonymousId: 'anon-ana',
      path: '/articles/routing',
      title: 'How routing saves a tenth',
      url: 'https://www.northwind.example/articles/routing',
    },
    {
      messageId: 'e2',
      at: daysAgo(12.1),
      anonymousId: 'anon-ana',
      path: '/pricing',
      title: 'Pricing',
      url: 'https://www.northwind.example/pricing',
    },
    {
      messageId: 'e3',
      at: daysAgo(12),
      anonymousId: 'anon-ana',
      path: '/pricing',
      title: 'Pricing',
      url: 'https://www.northwind.example/pricing',
    },
    { messageId: 'e4', at: daysAgo(11.9), type: 'identify', userId: 'u_ana', anonymousId: 'anon-ana' },
    { messageId: 'e5', at: daysAgo(11.8), type: 'group', userId: 'u_ana', groupId: 'acme' },
    {
      messageId: 'e6',
      at: daysAgo(3),
      event: 'Demo Requested',
      userId: 'u_ana',
      url: 'https://www.northwind.example/demo',
      path: '/demo',
      title: 'Ask for a demo',
    },
    {
      messageId: 'e7',
      at: daysAgo(2),
      event: 'Content Downloaded',
      userId: 'u_bo',
      path: '/guides/fleet',
      title: 'Fleet guide',
      url: 'https://www.northwind.example/guides/fleet',
    },
  ])
  await insertRows(db.client, 'account_reasons', [
    { account_id: ACME.accountId, model: 'intent', model_version: 1, day: sqlDay(NOW), ...reasonColumns() },
  ])
  await insertRows(db.client, 'stage_transitions', MOVES.map(toTransition))
  await insertRows(
    db.client,
    'identity_edges',
    [['u_ana', 3] as const, ['u_bo', 2] as const].map(([left, lastSeen]) => ({
      left_type: 'user_id',
      left,
      right_type: '',
      right: '',
      source_id: 'web',
      trust: 'browser',
      sign: '+',
      day: sqlDay(daysAgo(12)),
      first_seen_at: sqlTime(daysAgo(12)),
      last_seen_at: sqlTime(daysAgo(lastSeen)),
      count: 2,
      version: 1,
      is_deleted: 0,
    })),
  )
  await insertRows(db.client, 'identity_ledger', [
    {
      entry_id: 'm_1',
      kind: 'merge',
      rule: 'user_id–anonymous_id',
      left_type: 'user_id',
      left: 'u_ana',
      right_type: 'anonymous_id',
      right: 'anon-ana',
      profile_id: 'p_000000000000000000000ana',
      evidence: '{"count":3}',
      at: sqlTime(daysAgo(11.9)),
      version: 1,
      is_deleted: 0,
    },
  ])
}

export const ACME: ExampleAccount = {
  accountId: 'a_5f1c0b9e7d3a4286c1e0aa01',
  name: 'Acme Logistics',
  domain: 'acme.example',
  groupIds: ['acme'],
  traits: { industry: 'Logistics', employees: 420, website: 'https://acme.example/', plan: 'team' },
  score: { score: 66.41, points: 43.6417, band: 'warm', lastTouchAt: daysAgo(2), surgeIndex: 81.2 },
  place: { stage: 'evaluate', status: 'active', since: daysAgo(3) },
}

const OTHERS: readonly ExampleAccount[] = [
  other('b02', 'Globex Manufacturing', 'globex.example', 91.3, 'hot', 'purchase', 'active', 0.2),
  other('b03', 'Initech', 'initech.example', 74.8, 'hot', 'evaluate', 'active', 1),
  other('b04', 'Umbrella Health Systems', 'umbrella-health.example', 52.0, 'warm', 'evaluate', 'returned', 4),
  other('b05', 'Wayne Freight & Storage', 'waynefreight.example', 38.7, 'engaged', 'consider', 'active', 6),
  other('b06', 'Stark Components', '', 33.1, 'engaged', 'consider', 'active', 9),
  other('b07', 'Hooli', 'hooli.example', 21.9, 'engaged', 'aware', 'active', 13),
  other('b08', 'Vandelay Import Export', 'vandelay.example', 8.2, 'cold', 'advocate', 'dormant', 97),
  other('b09', 'Soylent Foods', 'soylent.example', 3.4, 'cold', 'consider', 'churned', 140),
  { ...other('b10', '', '', 0, 'cold', 'aware', 'active', 0), groupIds: ['cust-20417'], score: null, place: null },
]

function other(
  id: string,
  name: string,
  domain: string,
  score: number,
  band: string,
  stage: string,
  status: string,
  days: number,
): ExampleAccount {
  return {
    accountId: `a_000000000000000000000${id}`,
    name,
    domain,
    groupIds: [],
    traits: {},
    score: { score, points: -40 * Math.log(1 - score / 100), band, lastTouchAt: daysAgo(days) },
    place: { stage, status, since: daysAgo(days + 12) },
  }
}

const REASONS = [
  ['touch', 'p_000000000000000000000ana', 'Demo Requested', '', 'handraise', 31.2, 1, daysAgo(3)],
  ['touch', 'p_000000000000000000000ana', 'Pricing Viewed', '', 'highweb', 5.9, 2, daysAgo(12)],
  ['touch', 'p_0000000000000000000000bo', 'Content Downloaded', 'fleet', 'content', 5.1, 1, daysAgo(2)],
  ['breadth', 'p_0000000000000000000000bo', '', '', '', 3.3, 0, 0],
  ['negative', 'p_0000000000000000000000bo', 'Careers Viewed', '', '', -3.1, 1, daysAgo(18)],
  ['other', '', '', '', '', 1.2417, 6, 0],
] as const

function reasonColumns() {
  const names = ['kind', 'profile_id', 'type', 'topic', 'category', 'points', 'count'] as const
  const columns = names.map((name, index) => [`reasons.${name}`, REASONS.map(reason => reason[index])])
  return { ...Object.fromEntries(columns), 'reasons.last_at': REASONS.map(reason => sqlTime(reason[7])) }
}

const MOVES = [
  { from: '', to: 'aware', days: 41.2, direction: 'forward', rule: 'any touch' },
  { from: 'aware', to: 'consider', days: 30, direction: 'forward', rule: 'content or event' },
  { from: 'consider', to: 'aware', days: 14, direction: 'back', rule: 'no longer held' },
  { from: 'aware', to: 'evaluate', days: 3, direction: 'forward', rule: 'hand-raise' },
] as const

function toTransition({ from, to, days, direction, rule }: (typeof MOVES)[number], index: number) {
  return {
    transition_id: `t${index}`,
    account_id: ACME.accountId,
    model: 'journey5',
    model_version: 1,
    from_stage: from,
    to_stage: to,
    status: 'active',
    entered_at: sqlTime(daysAgo(days)),
    direction,
    rule,
    evidence: [`e${index + 1}`],
    withdraws: '',
  }
}
