import type { ClickHouseClient } from '@clickhouse/client'
import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlFile, sqlTime } from '../db/query.ts'
import { type AccountRow, accountRow, keyRows } from '../identity/accountRows.ts'
import { type AccountScope, type KeyRow, keyList, loadAccountScope } from '../identity/accountScope.ts'
import { type Changes, changesBetween, sizeOf, tableRows } from '../identity/changes.ts'
import { corporateDomain } from '../identity/domain.ts'
import { type Identifier, keyOf, profileId } from '../identity/ids.ts'
import { idsOf, type KeyParams, lookup } from '../identity/lookup.ts'
import { membershipsOf } from '../identity/membership.ts'
import { loadNeighbourhood } from '../identity/neighbourhood.ts'
import { type AccountTie, type Person, peopleOf, peopleWith } from '../identity/people.ts'
import { parseIdentityMark, touchedIdentifiers } from './identityWindow.ts'
import type { Job } from './job.ts'
import { parseMark, unseenSegments } from './segments.ts'

/** Fields in the order of membership_list.sql; times in epoch ms. */
interface MembershipRow {
  readonly profile_id: string
  readonly account_id: string
  readonly rule: string
  readonly certainty: number
  readonly valid_from: number
  readonly valid_to: number
  readonly primary_spans: readonly (readonly [string, string])[]
}

const membershipList = sqlFile<KeyParams, MembershipRow>('membership_list')
const accountList = sqlFile<KeyParams, AccountRow>('identity_accounts')

const DAY_MS = 86_400_000
/** From the very beginning: 1970-01-02, the first day that a column of dates can be told from an empty one. */
const FIRST_DAY = DAY_MS

/** Who belongs to which account since when, and which keys are one account. Follows what stitch has resolved. */
export const membershipsJob: Job = {
  name: 'memberships',
  after: 'stitch',
  async run({ db, run, watermark, upstream }) {
    const mark = parseIdentityMark(watermark)
    const stitched = parseIdentityMark(upstream)
    const window = await unseenSegments(db, mark.segments, parseMark(stitched.segments))
    const { identifiers, undoneThrough } = await touchedIdentifiers(db.client, window, mark.undone, stitched.undone)
    if (window === null && identifiers.length === 0) return { rows: 0, watermark }
    const written = await refresh(db, identifiers, run)
    return { rows: written, watermark: JSON.stringify({ segments: window?.next ?? mark.segments, undone: undoneThrough }) }
  },
}

async function refresh(db: Database, touched: readonly Identifier[], run: number): Promise<number> {
  const { client } = db
  const around = (await loadNeighbourhood(client, touched)).identifiers
  const people = await peopleWith(client, around)
  const ties = people.flatMap(person => person.ties.map(keyOfTie))
  const scope = await loadAccountScope(
    client,
    valuesOf('group_id', [...touched, ...ties]),
    valuesOf('domain', [...ties, ...lostDomains(touched)]),
  )
  const wantedKeys = keyRows(scope.accounts)
  const keys = changesBetween(scope.before, wantedKeys, row => keyOf(keyOfRow(row)))

  const moves = movesOf(keys, scope.before)
  const others = await peopleOfMoves(client, moves)
  const everyone = [...new Map([...people, ...others.people].map(person => [person.profileId, person])).values()]
  // A profile is named after one of its identifiers, so these are all the names that a profile here can have had.
  const names = new Set([...[...touched, ...around].map(profileId), ...others.profileIds, ...everyone.map(person => person.profileId)])
  const accountOf = await accountLookup(client, everyone, scope.before, wantedKeys)
  const memberships = changesBetween(
    (await lookup(client, membershipList, idsOf(names), 'profile')).filter(row => names.has(row.profile_id)),
    everyone.flatMap(person => membershipRows(person, accountOf)),
    row => `${row.profile_id}\0${row.account_id}\0${row.rule}`,
  )
  const accounts = await accountChanges(client, scope)

  const marked = await markDirty(client, memberships, moves, everyone, run)
  await insertRows(
    client,
    'memberships',
    tableRows(memberships, row => ({ ...row, valid_from: sqlTime(row.valid_from), valid_to: sqlTime(row.valid_to) })),
  )
  await insertRows(
    client,
    'accounts',
    tableRows(accounts, row => ({ ...row, parent_id: '', first_seen_at: sqlTime(row.first_seen_at) })),
  )
  // Last, because changed keys are what tells a run whom to look at: a run that dies before is repeated in full.
  await insertRows(
    client,
    'account_keys',
    tableRows(keys, row => ({ ...row, first_seen_at: sqlTime(row.first_seen_at) })),
  )
  return marked + sizeOf(memberships) + sizeOf(accounts) + sizeOf(keys)
}

/** Domains that may have had their only evidence in an address which a copy of its event does not name. */
function lostDomains(touched: readonly Identifier[]): Identifier[] {
  return [...valuesOf('email', touched)].flatMap(address => {
    const domain = corporateDomain(address)
    return domain === null ? [] : [{ type: 'domain', value: domain }]
  })
}

/** A key that came to another account than before; '' where there was or is none. */
interface Move {
  readonly key: KeyRow
  readonly from: string
  readonly to: string
}

function movesOf(keys: Changes<KeyRow>, before: readonly KeyRow[]): Move[] {
  const accountBefore = new Map(before.map(row => [keyOf(keyOfRow(row)), row.account_id]))
  const written = keys.written.map(key => ({ key, from: accountBefore.get(keyOf(keyOfRow(key))) ?? '', to: key.account_id }))
  const gone = keys.gone.map(key => ({ key, from: key.account_id, to: '' }))
  return [...written, ...gone].filter(move => move.from !== move.to)
}

/** People of the accounts that lost a key: their memberships change although nothing new was said of them. */
async function peopleOfMoves(client: ClickHouseClient, moves: readonly Move[]): Promise<{ people: Person[]; profileIds: string[] }> {
  const accounts = new Set(moves.map(move => move.from).filter(account => account !== ''))
  const rows = (await lookup(client, membershipList, idsOf(accounts), 'account')).filter(row => accounts.has(row.account_id))
  const profileIds = [...new Set(rows.map(row => row.profile_id))]
  return { profileIds, people: await peopleOf(client, profileIds) }
}

/** Account id by key: as worked out now, else as stored. */
async function accountLookup(
  client: ClickHouseClient,
  people: readonly Person[],
  before: readonly KeyRow[],
  wanted: readonly KeyRow[],
): Promise<ReadonlyMap<string, string>> {
  const inScope = new Set([...before, ...wanted].map(row => keyOf(keyOfRow(row))))
  const outside = new Map(
    people
      .flatMap(person => person.ties.map(keyOfTie))
      .filter(key => !inScope.has(keyOf(key)))
      .map(key => [keyOf(key), key]),
  )
  const stored = (await lookup(client, keyList, [...outside.values()], 'key')).filter(row => outside.has(keyOf(keyOfRow(row))))
  return new Map([...stored, ...wanted].map(row => [keyOf(keyOfRow(row)), row.account_id]))
}

function membershipRows(person: Person, accountOf: ReadonlyMap<string, string>): MembershipRow[] {
  const evidence = person.ties.flatMap(tie => {
    const accountId = accountOf.get(keyOf(keyOfTie(tie)))
    const rule = tie.kind === 'domain' ? ('email_domain' as const) : ('group' as const)
    return accountId === undefined ? [] : [{ accountId, rule, firstSeen: tie.firstSeen, lastSeen: tie.lastSeen }]
  })
  return membershipsOf(evidence).map(membership => ({
    profile_id: person.profileId,
    account_id: membership.accountId,
    rule: membership.rule,
    certainty: membership.certainty,
    valid_from: membership.validFrom,
    valid_to: membership.validTo,
    primary_spans: membership.primarySpans,
  }))
}

async function accountChanges(client: ClickHouseClient, scope: AccountScope): Promise<Changes<AccountRow>> {
  const wanted = scope.accounts.map(account => accountRow(account, scope.traits))
  const ids = new Set([...wanted.map(row => row.account_id), ...scope.before.map(row => row.account_id)])
  const stored = (await lookup(client, accountList, idsOf(ids))).filter(row => ids.has(row.account_id))
  return changesBetween(stored, wanted, row => row.account_id)
}

/** Accounts that gain or lose people from these people's first days on, and accounts whose keys moved. */
async function markDirty(
  client: ClickHouseClient,
  memberships: Changes<MembershipRow>,
  moves: readonly Move[],
  people: readonly Person[],
  run: number,
): Promise<number> {
  const firstSeen = new Map(people.map(person => [person.profileId, person.firstSeen]))
  const marks = new Map<string, number>()
  const mark = (account: string, from: number) => marks.set(account, Math.min(from, marks.get(account) ?? from))
  for (const row of [...memberships.written, ...memberships.gone]) mark(row.account_id, firstSeen.get(row.profile_id) ?? FIRST_DAY)
  // Events that name their group themselves follow the key, whoever sent them.
  for (const { key, from, to } of moves) for (const account of [from, to]) if (account !== '') mark(account, key.first_seen_at)
  await insertRows(
    client,
    'dirty_accounts',
    [...marks].map(([account_id, from]) => ({ account_id, from_day: sqlDay(Number.isFinite(from) ? from : FIRST_DAY), run })),
  )
  return marks.size
}

function keyOfRow(row: KeyRow): Identifier {
  return { type: row.kind, value: row.value }
}

function keyOfTie(tie: AccountTie): Identifier {
  return { type: tie.kind, value: tie.value }
}

function valuesOf(type: string, identifiers: readonly Identifier[]): Set<string> {
  return new Set(identifiers.filter(identifier => identifier.type === type).map(identifier => identifier.value))
}
