import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AccountEvidence, FOREVER, type Membership, membershipsOf } from './membership.ts'

const DAY = 86_400_000
const start = Date.UTC(2026, 0, 1)
/** Morning of the n-th of January 2026. */
const at = (n: number) => start + (n - 1) * DAY + DAY / 3
const evidence = (accountId: string, rule: 'group' | 'email_domain', first: number, last = first): AccountEvidence => ({
  accountId,
  rule,
  firstSeen: at(first),
  lastSeen: at(last),
})

function spansOf(memberships: readonly Membership[], accountId: string, rule = 'email_domain') {
  return memberships.find(membership => membership.accountId === accountId && membership.rule === rule)?.primarySpans
}

describe('membershipsOf', () => {
  it('reaches back to 1970 with the first membership and stays open', () => {
    expect(membershipsOf([evidence('acme', 'email_domain', 5)])).toEqual([
      {
        accountId: 'acme',
        rule: 'email_domain',
        certainty: 0.9,
        validFrom: 0,
        validTo: FOREVER,
        primarySpans: [['1970-01-01', '2299-12-31']],
      },
    ])
  })

  it('gives nobody an account without evidence', () => {
    expect(membershipsOf([])).toEqual([])
  })

  it('closes the membership of the old domain on the day of the new one: a job change', () => {
    const found = membershipsOf([evidence('beta', 'email_domain', 10), evidence('acme', 'email_domain', 5)])
    expect(spansOf(found, 'acme')).toEqual([['1970-01-01', '2026-01-09']])
    expect(spansOf(found, 'beta')).toEqual([['2026-01-10', '2299-12-31']])
    expect(found[0]).toMatchObject({ accountId: 'acme', validTo: start + 9 * DAY })
  })

  it('keeps the old domain closed when it is used again, because only the first sighting counts', () => {
    const found = membershipsOf([evidence('acme', 'email_domain', 5, 12), evidence('beta', 'email_domain', 10, 11)])
    expect(spansOf(found, 'acme')).toEqual([['1970-01-01', '2026-01-09']])
  })

  it("closes the old company's group membership with its domain, unless the group was seen since", () => {
    const job = [evidence('acme', 'email_domain', 5), evidence('beta', 'email_domain', 10)]
    expect(spansOf(membershipsOf([...job, evidence('acme', 'group', 6, 9)]), 'acme', 'group')).toEqual([['2026-01-06', '2026-01-09']])
    expect(spansOf(membershipsOf([...job, evidence('acme', 'group', 6, 10)]), 'acme', 'group')).toEqual([['2026-01-06', '2299-12-31']])
  })

  it('leaves several group memberships valid side by side; the newest is the primary one', () => {
    const found = membershipsOf([evidence('acme', 'group', 3), evidence('beta', 'group', 7), evidence('agency', 'email_domain', 2)])
    expect(found.every(membership => membership.validTo === FOREVER)).toBe(true)
    expect(spansOf(found, 'agency')).toEqual([['1970-01-01', '2026-01-02']])
    expect(spansOf(found, 'acme', 'group')).toEqual([['2026-01-03', '2026-01-06']])
    expect(spansOf(found, 'beta', 'group')).toEqual([['2026-01-07', '2299-12-31']])
  })

  it('prefers the surer membership, then the smaller account id, on a day on which both began', () => {
    expect(spansOf(membershipsOf([evidence('acme', 'email_domain', 5), evidence('acme', 'group', 5)]), 'acme', 'group')).toEqual([
      ['1970-01-01', '2299-12-31'],
    ])
    const tie = membershipsOf([evidence('z', 'group', 1), evidence('b', 'group', 5), evidence('a', 'group', 5)])
    expect(spansOf(tie, 'a', 'group')).toEqual([['2026-01-05', '2299-12-31']])
    expect(spansOf(tie, 'b', 'group')).toEqual([])
  })

  it('drops a domain that was followed by another one on its first day, unless it was the first of all', () => {
    const found = membershipsOf([
      evidence('acme', 'email_domain', 1),
      evidence('beta', 'email_domain', 5),
      evidence('gamma', 'email_domain', 5),
    ])
    expect(found.map(membership => membership.accountId)).toEqual(['acme', 'gamma'])
    expect(spansOf(membershipsOf([evidence('acme', 'email_domain', 5), evidence('beta', 'email_domain', 5)]), 'acme')).toEqual([
      ['1970-01-01', '2026-01-04'],
    ])
  })
})

const anyEvidence = fc.array(
  fc
    .record({
      accountId: fc.constantFrom('a', 'b', 'c', 'd'),
      rule: fc.constantFrom('group' as const, 'email_domain' as const),
      first: fc.integer({ min: 1, max: 20 }),
      more: fc.nat(10),
    })
    .map(({ accountId, rule, first, more }) => evidence(accountId, rule, first, first + more)),
  { minLength: 1, maxLength: 12 },
)

describe('laws of memberships', () => {
  it('does not depend on the order or repetition of evidence', () => {
    fc.assert(
      fc.property(anyEvidence, all => {
        expect(membershipsOf([...all, ...all].reverse())).toEqual(membershipsOf(all))
      }),
    )
  })

  it('has exactly one primary account on every day from 1970 on', () => {
    fc.assert(
      fc.property(anyEvidence, all => {
        const spans = membershipsOf(all).flatMap(membership => membership.primarySpans)
        const inTurn = spans.map(([from, to]) => [Date.parse(from), Date.parse(to)] as const).sort(([a], [b]) => a - b)
        expect(inTurn[0]?.[0]).toBe(0)
        expect(inTurn.at(-1)?.[1]).toBe(FOREVER)
        inTurn.forEach(([, to], index) => {
          const next = inTurn[index + 1]
          if (next !== undefined) expect(next[0]).toBe(to + DAY)
        })
      }),
    )
  })
})
