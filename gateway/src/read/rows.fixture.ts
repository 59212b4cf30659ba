import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { eventRow } from '../ingest/spool/frame.fixture.ts'
import { loadModels } from '../model/load.ts'

export const MODELS = loadModels()

export const NOW = Date.UTC(2026, 10, 20, 12, 0)
const DAY_MS = 86_400_000
const SEGMENT = '0198a000-0000-7000-8000-000000000001'
const FOREVER = '2299-12-31 00:00:00.000'

/** Milliseconds of so many days before NOW. */
export function daysAgo(days: number): number {
  return NOW - days * DAY_MS
}

export interface ExamplePerson {
  readonly profileId: string
  readonly accountId: string
  readonly userId: string
  readonly anonymousIds: readonly string[]
  readonly traits: { readonly [name: string]: unknown }
  readonly since: number
  /** Day after which the membership is over. */
  readonly until?: number
}

export interface ExampleAccount {
  readonly accountId: string
  readonly name: string
  readonly domain: string
  readonly groupIds: readonly string[]
  readonly traits: { readonly [name: string]: unknown }
  /** null: the account has no touch that counts, and so no row. */
  readonly score: {
    readonly score: number
    readonly points: number
    readonly band: string
    readonly lastTouchAt: number
    readonly surgeIndex?: number
  } | null
  readonly place: { readonly stage: string; readonly status: string; readonly since: number } | null
}

export interface ExampleEvent {
  readonly messageId: string
  readonly at: number
  readonly type?: string
  readonly event?: string
  readonly userId?: string
  readonly anonymousId?: string
  readonly groupId?: string
  readonly url?: string
  readonly path?: string
  readonly title?: string
  readonly isBot?: boolean
  readonly receivedAt?: number
  readonly clientSeq?: number
}

export async function insertAccounts({ client }: Database, accounts: readonly ExampleAccount[]): Promise<void> {
  const first = sqlTime(daysAgo(200))
  const stamp = { version: 1, is_deleted: 0 }
  await insertRows(
    client,
    'accounts',
    accounts.map(({ accountId, name, domain, traits }) => ({
      account_id: accountId,
      name,
      domain,
      parent_id: '',
      traits: JSON.stringify(traits),
      trait_sources: '{}',
      first_seen_at: first,
      ...stamp,
    })),
  )
  await insertRows(
    client,
    'account_keys',
    accounts.flatMap(({ accountId, domain, groupIds }) => [
      ...(domain === '' ? [] : [{ kind: 'domain', value: domain, account_id: accountId, first_seen_at: first, ...stamp }]),
      ...groupIds.map(value => ({ kind: 'group_id', value, account_id: accountId, first_seen_at: first, ...stamp })),
    ]),
  )
  // Two days of scores: only the newest day may be shown.
  const scored = accounts.flatMap(({ accountId, score }) => (score === null ? [] : [{ accountId, score }]))
  await insertRows(
    client,
    'account_scores',
    scored.flatMap(({ accountId, score: { score, points, band, lastTouchAt, surgeIndex } }) =>
      [1, 0].map(age => ({
        account_id: accountId,
        model: 'intent',
        model_version: 1,
        day: sqlDay(daysAgo(age)),
        score: age === 0 ? score : 1,
        points: age === 0 ? points : 0.4,
        band: age === 0 ? band : 'cold',
        categories: {},
        breadth: 0,
        surge: 0,
        surge_index: surgeIndex ?? null,
        negative: 0,
        people: 1,
        last_touch_at: sqlTime(lastTouchAt),
      })),
    ),
  )
  // Points in one part, so that reasons add up; a test that looks at reasons stores its own after these.
  await insertRows(
    client,
    'account_reasons',
    scored.flatMap(({ accountId, score: { points } }) =>
      [1, 0].map(age => ({
        account_id: accountId,
        model: 'intent',
        model_version: 1,
        day: sqlDay(daysAgo(age)),
        'reasons.kind': ['other'],
        'reasons.profile_id': [''],
        'reasons.type': [''],
        'reasons.topic': [''],
        'reasons.category': [''],
        'reasons.points': [age === 0 ? points : 0.4],
        'reasons.count': [1],
        'reasons.last_at': [sqlTime(daysAgo(age))],
      })),
    ),
  )
  await insertRows(
    client,
    'stage_current',
    accounts.flatMap(({ accountId, place }) =>
      place === null
        ? []
        : [
            {
              account_id: accountId,
              model: 'journey5',
              model_version: 1,
              stage: place.stage,
              since: sqlTime(place.since),
              status: place.status,
              status_since: sqlTime(place.since),
              is_provisional: 0,
              bad_days: 0,
              rule: 'hand-raise',
              evidence: [],
              as_of: sqlDay(NOW),
            },
          ],
    ),
  )
}

export async function insertPeople({ client }: Database, people: readonly ExamplePerson[]): Promise<void> {
  const stamp = { version: 1, is_deleted: 0 }
  await insertRows(
    client,
    'identity_map',
    people.flatMap(({ profileId, userId, anonymousIds, traits }) =>
      [
        ...(userId === '' ? [] : [['user_id', userId]]),
        ...(typeof traits.email === 'string' ? [['email', traits.email]] : []),
        ...anonymousIds.map(id => ['anonymous_id', id]),
      ].map(([identifier_type, identifier]) => ({ identifier_type, identifier, profile_id: profileId, ...stamp })),
    ),
  )
  await insertRows(
    client,
    'identifier_traits',
    people.flatMap(({ userId, traits }) =>
      Object.entries(traits).map(([name, value]) => ({
        identifier_type: 'user_id',
        identifier: userId,
        name,
        value: JSON.stringify(value),
        source_id: 'web',
        trust: 'browser',
        set_at: sqlTime(daysAgo(5)),
        version: 1,
      })),
    ),
  )
  await insertRows(
    client,
    'memberships',
    people.map(({ profileId, accountId, since, until }) => ({
      profile_id: profileId,
      account_id: accountId,
      rule: 'email_domain',
      certainty: 0.9,
      valid_from: sqlTime(since),
      valid_to: until === undefined ? FOREVER : sqlTime(until),
      primary_spans: [[sqlDay(since), until === undefined ? '2299-12-31' : sqlDay(until)]],
      ...stamp,
    })),
  )
}

/** Rows of `events`, one segment, in the given order. */
export async function insertEvents({ client }: Database, events: readonly ExampleEvent[]): Promise<void> {
  await insertRows(
    client,
    'events',
    events.map(({ messageId, at, receivedAt = at, url = '', path = '', title = '', ...event }, index) => ({
      ...eventRow({
        message_id: messageId,
        type: event.type ?? (event.event === undefined ? 'page' : 'track'),
        event: event.event ?? '',
        anonymous_id: event.anonymousId ?? '',
        user_id: event.userId ?? '',
        group_id: event.groupId ?? '',
        client_seq: event.clientSeq ?? 0,
        url,
        path,
        title,
        channel: 'direct',
        is_bot: event.isBot === true ? 1 : 0,
        bot_reason: event.isBot === true ? 'headless browser' : '',
      }),
      timestamp: sqlTime(at),
      original_timestamp: sqlTime(at),
      sent_at: sqlTime(receivedAt),
      received_at: sqlTime(receivedAt),
      segment_id: SEGMENT,
      segment_index: index,
    })),
  )
}
