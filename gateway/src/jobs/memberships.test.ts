import { beforeAll, describe, expect, it } from 'vitest'
import { sharedDatabase } from '../../../test/engine.ts'
import { accountId, profileId } from '../identity/ids.ts'
import { createBench, day, firstAndThen, group, type IdentityBench, identify, page, type Said, type Snapshot } from './identity.fixture.ts'

const FIRST: readonly Said[] = [
  page('vis', day(0)),
  identify('', 'fred', { email: 'fred@gmail.com' }, day(0)),
  identify('', 'dis', { email: 'dis@mailinator.com' }, day(0)),
  identify('', 'rosa', { email: 'sales@role.org' }, day(0)),
  identify('', 'joe', { email: 'joe@old.org' }, day(0)),
  identify('', 'cleo', { email: 'cleo@agency.org' }, day(0)),
  group('cleo', 'client-1', { name: 'Client One' }, day(1)),
  { type: 'track', event: 'Report Viewed', user_id: 'cleo', group_id: 'client-2', at: day(2) },
  group('gus', 'ws-1', { name: 'Works' }, day(0)),
  identify('', 'gil', { email: 'gil@works.org' }, day(1)),
  identify('', 'pia', { email: 'pia@share.org' }, day(0)),
  group('pia', 'ws-2', {}, day(1)),
  group('pat', 'ws-2', {}, day(1)),
  identify('zoe-a', '', { email: 'zoe@zed.org' }, day(0)),
  group('nia', 'null', { name: 'Null' }, day(0)),
]

const THEN: readonly Said[] = [
  identify('vis', 'via', { email: 'via@eu.vis.com' }, day(3)),
  identify('', 'joe', { email: 'joe@new.org' }, day(10)),
  group('other', 'ws-1', { website: 'https://www.works.org/de' }, day(2), { trust: 'server', source_id: 'crm' }),
  identify('', 'pat', { email: 'pat@elsewhere.org' }, day(4)),
  identify('zoe-a', 'zoe', {}, day(1)),
]

const ALWAYS = '1970-01-01 – 2299-12-31'
const domain = (value: string) => accountId({ type: 'domain', value })
const groupId = (value: string) => accountId({ type: 'group_id', value })

describe('memberships', () => {
  const database = sharedDatabase()
  let bench: IdentityBench
  let earlier: Snapshot
  let now: Snapshot

  beforeAll(async () => {
    bench = createBench(database.db)
    ;({ earlier, now } = await firstAndThen(bench, FIRST, THEN))
  })

  const peopleOf = (account: string) =>
    bench.rows(`SELECT DISTINCT profile_id FROM memberships FINAL WHERE account_id = '${account}' ORDER BY ALL`)

  it('leaves an anonymous visitor without a company, and gives it the whole history once an address is known', async () => {
    expect(earlier.accounts.filter(account => account.domain === 'vis.com')).toEqual([])
    expect(now.membershipsOf('via')).toEqual([[domain('vis.com'), 'email_domain', ALWAYS]])
    expect(now.accounts.find(account => account.domain === 'vis.com')).toMatchObject({
      name: 'vis.com',
      first_seen_at: '2026-01-08 09:00:00.000',
    })
    expect(await peopleOf(domain('vis.com'))).toEqual([{ profile_id: profileId({ type: 'user_id', value: 'via' }) }])
  })

  it('makes no company of a free-mail or disposable address, nor of a blocked group id', () => {
    for (const userId of ['fred', 'dis', 'nia']) expect(now.membershipsOf(userId)).toEqual([])
    expect(now.accounts.filter(account => /gmail|mailinator|null/i.test(account.name))).toEqual([])
  })

  it('takes the company from a role mailbox, which links nobody', () => {
    expect(now.membershipsOf('rosa')).toEqual([[domain('role.org'), 'email_domain', ALWAYS]])
  })

  it('moves a person to the new company from the day of the new address', () => {
    expect(earlier.membershipsOf('joe')).toEqual([[domain('old.org'), 'email_domain', ALWAYS]])
    expect(now.membershipsOf('joe')).toEqual([
      [domain('old.org'), 'email_domain', '1970-01-01 – 2026-01-14'],
      [domain('new.org'), 'email_domain', '2026-01-15 – 2299-12-31'],
    ])
  })

  it('keeps a consultant in several groups at once, none of which becomes the agency', () => {
    expect(now.membershipsOf('cleo')).toEqual([
      [domain('agency.org'), 'email_domain', '1970-01-01 – 2026-01-05'],
      [groupId('client-1'), 'group', '2026-01-06 – 2026-01-06'],
      [groupId('client-2'), 'group', '2026-01-07 – 2299-12-31'],
    ])
  })

  it('joins a group to the domain of its website, and rewrites the people who were in either', () => {
    expect(earlier.membershipsOf('gus')).toEqual([[groupId('ws-1'), 'group', ALWAYS]])
    expect(earlier.membershipsOf('gil')).toEqual([[domain('works.org'), 'email_domain', ALWAYS]])
    // The group names the domain as its own since it was first seen, so of the two keys the domain goes first.
    expect(now.membershipsOf('gus')).toEqual([[domain('works.org'), 'group', ALWAYS]])
    expect(now.membershipsOf('gil')).toEqual([[domain('works.org'), 'email_domain', ALWAYS]])
    expect(now.keysOf(domain('works.org'))).toEqual(['works.org', 'ws-1'])
    expect(now.accounts.filter(account => account.account_id === groupId('ws-1'))).toEqual([])
  })

  it('tells what groups said of the company, and who said it', () => {
    const works = now.accounts.find(account => account.domain === 'works.org')
    expect(works?.name).toBe('Works')
    expect(JSON.parse(works?.traits ?? '')).toEqual({ name: 'Works', website: 'https://www.works.org/de' })
    expect(JSON.parse(works?.trait_sources ?? '')).toEqual({
      name: { source: 'web', trust: 'browser', at: '2026-01-05T09:00:00.000Z' },
      website: { source: 'crm', trust: 'server', at: '2026-01-07T09:00:00.000Z' },
    })
  })

  it('marks the company that a key came to and the one that it left', async () => {
    const marked = await bench.rows('SELECT DISTINCT account_id FROM dirty_accounts WHERE run = (SELECT max(run) FROM dirty_accounts)')
    expect(marked).toEqual(expect.arrayContaining([{ account_id: domain('works.org') }, { account_id: groupId('ws-1') }]))
  })

  it('joins a group to the one domain that its members share, and parts them when a member differs', () => {
    expect(earlier.keysOf(domain('share.org'))).toEqual(['share.org', 'ws-2'])
    expect(earlier.membershipsOf('pat')).toEqual([[domain('share.org'), 'group', ALWAYS]])
    expect(now.keysOf(domain('share.org'))).toEqual(['share.org'])
    expect(now.keysOf(groupId('ws-2'))).toEqual(['ws-2'])
    expect(now.membershipsOf('pia')).toEqual([
      [domain('share.org'), 'email_domain', '1970-01-01 – 2026-01-05'],
      [groupId('ws-2'), 'group', '2026-01-06 – 2299-12-31'],
    ])
  })

  it('forgets the memberships of a profile that was merged into another one', async () => {
    expect(earlier.profileOf('email', 'zoe@zed.org')).toBe(profileId({ type: 'email', value: 'zoe@zed.org' }))
    expect(await peopleOf(domain('zed.org'))).toEqual([{ profile_id: profileId({ type: 'user_id', value: 'zoe' }) }])
  })
})
