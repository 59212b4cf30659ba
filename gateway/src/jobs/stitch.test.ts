import { beforeAll, describe, expect, it } from 'vitest'
import { sharedDatabase, testDatabase } from '../../../test/engine.ts'
import { profileId } from '../identity/ids.ts'
import { SCAN_ABOVE } from '../identity/lookup.ts'
import { undoMerge } from '../identity/unmerge.ts'
import {
  alias,
  createBench,
  day,
  derived,
  firstAndThen,
  type IdentityBench,
  identify,
  page,
  type Said,
  type Snapshot,
  snapshot,
} from './identity.fixture.ts'
import { STORY } from './identityStory.fixture.ts'

const trait = (traits: object, at: number, trust: 'browser' | 'server') => identify('', 'tr', traits, at, { trust, source_id: trust })

const FIRST: readonly Said[] = [
  page('visitor', day(0)),
  identify('Undefined', 'bl-1', {}, day(1)),
  identify('Undefined', 'bl-2', {}, day(1, 10)),
  identify('bl-a', '[object Object]', { email: 'bl@acme.com' }, day(1, 11)),
  identify('bl-b', '00000000-0000-0000-0000-000000000000', { email: 'bl@acme.com' }, day(1, 12)),
  identify('bl-c', '', { email: 'Info@bl.org' }, day(1, 13)),
  identify('bl-d', '', { email: 'info@bl.org' }, day(1, 14)),
  identify('bl-e', 'bl-3', { email: 'not an address' }, day(1, 15)),
  page('al-old', day(0)),
  page('al-own', day(0)),
  alias('al', 'al-old', day(2)),
  alias('al', 'al-own', day(2), { trust: 'server' }),
  identify('', 'tw-1', {}, day(0)),
  identify('', 'tw-2', {}, day(0)),
  alias('tw-1', 'tw-2', day(2), { trust: 'server' }),
  identify('late-a', 'late-2', {}, day(6)),
  trait({ plan: 'new', title: 'CTO' }, day(3), 'browser'),
  trait({ plan: 'team', tags: ['a'] }, day(1), 'server'),
  trait({ plan: 'free' }, day(0), 'server'),
  trait({ title: 'Dev' }, day(2), 'browser'),
  page('un-x', day(0)),
  identify('un-y', 'uma', { email: 'uma@undo.org' }, day(1)),
  identify('', 'mia', { email: 'mia@mark.org' }, day(4)),
  page('mia-phone', day(1)),
]

const THEN: readonly Said[] = [
  identify('visitor', 'vera', { email: ' Vera@Acme.com' }, day(3)),
  identify('late-a', 'late-1', {}, day(5), { received_at: day(8) }),
  identify('un-x', 'uma', {}, day(2)),
  identify('mia-phone', 'mia', {}, day(5)),
]

describe('stitch', () => {
  const database = sharedDatabase()
  let bench: IdentityBench
  let earlier: Snapshot
  let now: Snapshot

  beforeAll(async () => {
    bench = createBench(database.db)
    ;({ earlier, now } = await firstAndThen(bench, FIRST, THEN))
  })

  const named = (type: string, value: string) => profileId({ type, value })

  it('puts what an anonymous visitor did into the profile that the visitor turns out to have', () => {
    expect(earlier.profileOf('anonymous_id', 'visitor')).toBe(named('anonymous_id', 'visitor'))
    expect(now.profileOf('anonymous_id', 'visitor')).toBe(named('user_id', 'vera'))
    expect(now.profileOf('email', 'vera@acme.com')).toBe(named('user_id', 'vera'))
    expect(now.ledgerOf('visitor')).toEqual(['merge user_id+anonymous_id'])
  })

  it('links nobody through blocked values and role mailboxes', () => {
    for (const value of ['Undefined', 'bl-a', 'bl-c', 'bl-d'])
      expect(now.profileOf('anonymous_id', value)).toBe(named('anonymous_id', value))
    for (const value of ['bl-1', '[object Object]']) expect(now.profileOf('user_id', value)).toBe(named('user_id', value))
    expect(now.profileOf('email', 'bl@acme.com')).toBeUndefined()
    expect(now.profileOf('email', 'info@bl.org')).toBeUndefined()
    expect(now.profileOf('email', 'not an address')).toBeUndefined()
    expect(now.profileOf('anonymous_id', 'bl-e')).toBe(named('user_id', 'bl-3'))
  })

  it("follows a server's alias, and only notes a browser's", () => {
    expect(now.profileOf('anonymous_id', 'al-own')).toBe(named('user_id', 'al'))
    expect(now.profileOf('anonymous_id', 'al-old')).toBe(named('anonymous_id', 'al-old'))
    expect(now.ledgerOf('al-old')).toEqual(['refusal alias_needs_server_key'])
  })

  it('tells of an alias between two user ids that it was refused', () => {
    expect(now.ledgerOf('tw-2')).toEqual(['refusal user_id_limit'])
  })

  it('gives an anonymous id to the user seen first, also when that is learned later', () => {
    expect(earlier.profileOf('anonymous_id', 'late-a')).toBe(named('user_id', 'late-2'))
    expect(now.profileOf('anonymous_id', 'late-a')).toBe(named('user_id', 'late-1'))
    expect(now.ledgerOf('late-2')).toEqual(['refusal anonymous_id_taken'])
  })

  it('keeps of each trait what a server said last, else what a browser said last', async () => {
    expect(await bench.rows("SELECT name, value, trust FROM identifier_traits FINAL WHERE identifier = 'tr' ORDER BY name")).toEqual([
      { name: 'plan', value: '"team"', trust: 'server' },
      { name: 'tags', value: '["a"]', trust: 'server' },
      { name: 'title', value: '"CTO"', trust: 'browser' },
    ])
  })

  it('marks the accounts of a person who gains an identifier, from its first day', async () => {
    const [account] = earlier.membershipsOf('mia')
    const marks = await bench.rows(`SELECT from_day FROM dirty_accounts WHERE account_id = '${account?.[0]}' ORDER BY run DESC LIMIT 1`)
    expect(marks).toEqual([{ from_day: '2026-01-06' }])
  })

  it('restores the earlier profiles when a merge is undone, and writes nothing when there is nothing new', async () => {
    expect(now.profileOf('anonymous_id', 'un-x')).toBe(named('user_id', 'uma'))
    const [merge] = (await bench.rows("SELECT entry_id FROM identity_ledger FINAL WHERE right = 'un-x'")) as { entry_id: string }[]
    expect(await undoMerge(database.db, 'm_unknown', day(50))).toBe(false)
    expect(await undoMerge(database.db, merge?.entry_id ?? '', day(50))).toBe(true)
    expect(await bench.run()).toBeGreaterThan(0)
    const undone = await snapshot(bench)
    expect(undone.profileOf('anonymous_id', 'un-x')).toBe(earlier.profileOf('anonymous_id', 'un-x'))
    expect(undone.membershipsOf('uma')).toEqual(earlier.membershipsOf('uma'))
    expect(undone.ledgerOf('un-x')).toEqual(['undo cut'])
    expect(await bench.run()).toBe(0)
  })
})

describe('a load too big for lookups', () => {
  it('gives the same as small ones', async () => {
    const small = await testDatabase()
    const reference = createBench(small.db)
    await reference.load(STORY)
    await reference.run()
    const crowd = Array.from({ length: SCAN_ABOVE + 1 }, (_, n) => page(`crowd-${n}`, day(0)))
    const big = await testDatabase()
    const bench = createBench(big.db)
    await bench.load(STORY.slice(0, 9))
    await bench.run()
    await bench.load([...STORY.slice(9), ...crowd])
    await bench.run()
    const tables = Object.entries(await derived(bench)).map(([table, rows]) => [table, rows.filter(row => !row.includes('crowd-'))])
    expect(Object.fromEntries(tables)).toEqual(await derived(reference))
    await big.close()
    await small.close()
  })
})
