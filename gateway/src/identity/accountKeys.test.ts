import { describe, expect, it } from 'vitest'
import { accountsOf, type GroupKey, sharedDomain } from './accountKeys.ts'
import { accountId } from './ids.ts'

const group = (groupId: string, firstSeen: number, domain?: string, because: 'trait' | 'members' = 'trait'): GroupKey => ({
  groupId,
  firstSeen,
  joins: domain === undefined ? null : { domain, because },
})

describe('accountsOf', () => {
  it('makes one company of a domain and the groups that join it', () => {
    const [company, ...others] = accountsOf(
      [group('g1', 5, 'acme.com'), group('g2', 7, 'acme.com', 'members')],
      [{ domain: 'acme.com', firstSeen: 3 }],
    )
    expect(others).toEqual([])
    expect(company).toMatchObject({ accountId: accountId({ type: 'domain', value: 'acme.com' }), domain: 'acme.com', firstSeen: 3 })
    expect(company?.keys.map(key => key.value)).toEqual(['acme.com', 'g1', 'g2'])
  })

  it('names the company after the key seen first', () => {
    const [company] = accountsOf([group('g1', 2, 'acme.com', 'members')], [{ domain: 'acme.com', firstSeen: 3 }])
    expect(company?.accountId).toBe(accountId({ type: 'group_id', value: 'g1' }))
  })

  it('knows a domain since the group that names it as its own, and then prefers the domain', () => {
    const [company] = accountsOf([group('g1', 2, 'acme.com')], [{ domain: 'acme.com', firstSeen: null }])
    expect(company).toMatchObject({ accountId: accountId({ type: 'domain', value: 'acme.com' }), firstSeen: 2 })
  })

  it('leaves a group alone that joins nothing, and makes nothing of a domain that nobody has', () => {
    expect(accountsOf([group('g1', 2)], [{ domain: 'acme.com', firstSeen: null }])).toMatchObject([{ domain: '', keys: [{ value: 'g1' }] }])
  })
})

describe('sharedDomain', () => {
  it('is the one corporate domain of all members with a known address', () => {
    expect(
      sharedDomain([
        { domain: 'acme.com', groups: 1 },
        { domain: 'acme.com', groups: 1 },
        { domain: undefined, groups: 1 },
      ]),
    ).toBe('acme.com')
  })

  it('is none when members differ, one has a free-mail address, or no address is known', () => {
    expect(
      sharedDomain([
        { domain: 'acme.com', groups: 1 },
        { domain: 'beta.org', groups: 1 },
      ]),
    ).toBeNull()
    expect(
      sharedDomain([
        { domain: 'acme.com', groups: 1 },
        { domain: null, groups: 1 },
      ]),
    ).toBeNull()
    expect(sharedDomain([{ domain: undefined, groups: 1 }])).toBeNull()
    expect(sharedDomain([])).toBeNull()
  })

  it('does not ask a consultant, who belongs to several groups', () => {
    expect(sharedDomain([{ domain: 'agency.com', groups: 2 }])).toBeNull()
    expect(
      sharedDomain([
        { domain: 'agency.com', groups: 2 },
        { domain: 'acme.com', groups: 1 },
      ]),
    ).toBe('acme.com')
  })
})
