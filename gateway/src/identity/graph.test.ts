import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Link, type Partition, partition, type SeenIdentifier } from './graph.ts'
import { type Identifier, keyOf, profileId } from './ids.ts'

const DAY = 86_400_000

function id(text: string): Identifier {
  const [type = '', value = ''] = text.split(':')
  return { type: { u: 'user_id', a: 'anonymous_id', e: 'email' }[type] ?? type, value }
}

/** `link('u:1', 'a:x', 3)`: seen on day 3. */
function link(left: string, right: string, day: number, more: Partial<Link> = {}): Link {
  return { left: id(left), right: id(right), trust: 'browser', firstSeen: day * DAY, days: [day], cut: false, ...more }
}

/** Every end of the links was seen, on the day of its first link unless `seen` says otherwise. */
function identifiersOf(links: readonly Link[], seen: { [text: string]: number } = {}): SeenIdentifier[] {
  const all = new Map<string, SeenIdentifier>()
  for (const one of links) {
    for (const end of [one.left, one.right]) {
      const known = all.get(keyOf(end))?.firstSeen ?? Number.POSITIVE_INFINITY
      all.set(keyOf(end), { ...end, firstSeen: Math.min(known, one.firstSeen) })
    }
  }
  for (const [text, day] of Object.entries(seen)) all.set(keyOf(id(text)), { ...id(text), firstSeen: day * DAY })
  return [...all.values()]
}

function people(links: readonly Link[], seen: { [text: string]: number } = {}): Partition {
  return partition(identifiersOf(links, seen), links)
}

function same(found: Partition, a: string, b: string): boolean {
  return found.profiles.get(keyOf(id(a))) === found.profiles.get(keyOf(id(b)))
}

const decisionOn = (found: Partition, left: string, right: string) =>
  found.decisions.find(({ link: { left: l, right: r } }) => keyOf(l) === keyOf(id(left)) && keyOf(r) === keyOf(id(right)))

describe('partition', () => {
  it('names a profile after the smallest of its strongest identifiers', () => {
    const found = people([link('u:ana', 'a:x', 1), link('u:ana', 'e:ana@acme.com', 1)])
    expect(new Set(found.profiles.values())).toEqual(new Set([profileId(id('u:ana'))]))
    expect(people([link('a:y', 'e:b@acme.com', 1), link('a:x', 'e:b@acme.com', 2)]).profiles.get(keyOf(id('a:x')))).toBe(
      profileId(id('e:b@acme.com')),
    )
    expect(partition([{ ...id('a:z'), firstSeen: 0 }], []).profiles.get(keyOf(id('a:z')))).toBe(profileId(id('a:z')))
  })

  it('gives an anonymous id to the user seen first, and keeps the others apart', () => {
    const found = people([link('u:2', 'a:x', 2), link('u:1', 'a:x', 1)])
    expect(same(found, 'u:1', 'a:x')).toBe(true)
    expect(same(found, 'u:2', 'a:x')).toBe(false)
    expect(decisionOn(found, 'u:2', 'a:x')).toMatchObject({ kind: 'refusal', rule: 'anonymous_id_taken' })
    expect(decisionOn(found, 'u:1', 'a:x')).toMatchObject({ kind: 'merge', rule: 'user_id+anonymous_id' })
  })

  it('breaks a tie in time by text', () => {
    expect(same(people([link('u:2', 'a:x', 1), link('u:1', 'a:x', 1)]), 'u:1', 'a:x')).toBe(true)
  })

  it("believes a server's link before an earlier one of a browser", () => {
    const found = people([link('u:1', 'a:x', 1), link('u:2', 'a:x', 5, { trust: 'server' })])
    expect(same(found, 'u:2', 'a:x')).toBe(true)
  })

  it('refuses what would put two user ids into one profile by way of an e-mail', () => {
    const found = people([link('u:1', 'e:team@acme.com', 1), link('u:2', 'e:team@acme.com', 2)])
    expect(same(found, 'u:1', 'u:2')).toBe(false)
    expect(decisionOn(found, 'u:2', 'e:team@acme.com')).toMatchObject({ kind: 'refusal', rule: 'user_id_limit' })
  })

  it('refuses to merge two user ids even when a server says so', () => {
    const found = people([link('u:1', 'u:2', 1, { trust: 'server' })])
    expect(same(found, 'u:1', 'u:2')).toBe(false)
    expect(decisionOn(found, 'u:1', 'u:2')).toMatchObject({ kind: 'refusal', rule: 'user_id_limit' })
  })

  it('takes five e-mails into a profile and refuses the sixth', () => {
    const found = people([1, 2, 3, 4, 5, 6].map(n => link('u:1', `e:m${n}@acme.com`, n)))
    expect(same(found, 'u:1', 'e:m5@acme.com')).toBe(true)
    expect(same(found, 'u:1', 'e:m6@acme.com')).toBe(false)
    expect(decisionOn(found, 'u:1', 'e:m6@acme.com')).toMatchObject({ rule: 'email_limit' })
  })

  it('takes five new anonymous ids a week and refuses the sixth, but not one a week later', () => {
    const within = people([0, 1, 2, 3, 4, 6].map(day => link('u:1', `a:${day}`, day)))
    expect(same(within, 'u:1', 'a:4')).toBe(true)
    expect(decisionOn(within, 'u:1', 'a:6')).toMatchObject({ rule: 'anonymous_id_limit' })
    const later = people([0, 1, 2, 3, 4, 7].map(day => link('u:1', `a:${day}`, day)))
    expect(same(later, 'u:1', 'a:7')).toBe(true)
  })

  it('links nobody by a device on which three people signed in within a week', () => {
    const shared = people([link('u:1', 'a:k', 1), link('u:2', 'a:k', 3), link('u:3', 'a:k', 7)])
    expect(['u:1', 'u:2', 'u:3'].filter(user => same(shared, user, 'a:k'))).toEqual([])
    expect(shared.decisions.map(decision => decision.rule)).toEqual(['shared_device', 'shared_device', 'shared_device'])
    const handedOn = people([link('u:1', 'a:k', 1), link('u:2', 'a:k', 3), link('u:3', 'a:k', 8)])
    expect(same(handedOn, 'u:1', 'a:k')).toBe(true)
  })

  it('does not let browsers make a device shared that a server vouches for', () => {
    const found = people([link('u:1', 'a:k', 1, { trust: 'server' }), link('u:2', 'a:k', 1), link('u:3', 'a:k', 1), link('u:4', 'a:k', 1)])
    expect(same(found, 'u:1', 'a:k')).toBe(true)
  })

  it('ignores a link to an identifier that no event carried', () => {
    const links = [link('u:1', 'a:old', 1, { trust: 'server' })]
    const found = partition([{ ...id('u:1'), firstSeen: 0 }], links)
    expect([...found.profiles.keys()]).toEqual([keyOf(id('u:1'))])
    expect(found.decisions).toEqual([])
  })

  it('restores the earlier partition when a link is cut', () => {
    const before = [link('a:x', 'e:b@acme.com', 1), link('a:y', 'e:c@acme.com', 1)]
    const merge = [link('u:1', 'a:x', 2), link('u:1', 'e:c@acme.com', 3)]
    const everyone = identifiersOf([...before, ...merge])
    const earlier = partition(everyone, before)
    const cut = partition(everyone, [...before, ...merge.map(one => ({ ...one, cut: true }))])
    expect(cut.profiles).toEqual(earlier.profiles)
    expect(cut.decisions.filter(decision => decision.kind === 'undo')).toHaveLength(2)
    expect(partition(everyone, [...before, ...merge]).profiles).not.toEqual(earlier.profiles)
  })
})

const users = fc.constantFrom('u:1', 'u:2', 'u:3')
const anonymous = fc.constantFrom('a:p', 'a:q', 'a:r', 'a:s', 'a:t', 'a:v', 'a:w')
const emails = fc.constantFrom('e:1@x.com', 'e:2@x.com', 'e:3@x.com', 'e:4@x.com', 'e:5@x.com', 'e:6@x.com')
const ends = fc.oneof(fc.tuple(users, anonymous), fc.tuple(users, emails), fc.tuple(anonymous, emails))
const someLink = (trust: fc.Arbitrary<'browser' | 'server'>) =>
  fc
    .tuple(ends, fc.nat(20), trust, fc.boolean())
    .map(([[left, right], day, by, cut]) => link(left, right, day, { trust: by, cut: cut && day > 15 }))
const links = (trust: fc.Arbitrary<'browser' | 'server'>) =>
  fc.uniqueArray(someLink(trust), { maxLength: 25, selector: one => `${keyOf(one.left)} ${keyOf(one.right)}` })
const anyTrust = fc.constantFrom('browser' as const, 'server' as const)

describe('laws of the partition', () => {
  it('is the same for any order of identifiers and links', () => {
    fc.assert(
      fc.property(links(anyTrust), fc.infiniteStream(fc.nat()), (all, random) => {
        const identifiers = identifiersOf(all)
        const shuffled = <T>(items: readonly T[]) =>
          items
            .map(item => [random.next().value ?? 0, item] as const)
            .sort(([a], [b]) => a - b)
            .map(([, item]) => item)
        const again = partition(shuffled(identifiers), shuffled(all))
        const first = partition(identifiers, all)
        expect(new Map([...again.profiles].sort())).toEqual(new Map([...first.profiles].sort()))
        expect(again.decisions).toEqual(first.decisions)
      }),
      { numRuns: 300 },
    )
  })

  it('never has two user ids in one profile', () => {
    fc.assert(
      fc.property(links(anyTrust), all => {
        const found = people(all)
        const owners = [...found.profiles].filter(([key]) => key.startsWith('user_id')).map(([, profile]) => profile)
        expect(new Set(owners).size).toBe(owners.length)
      }),
      { numRuns: 300 },
    )
  })

  it('joins only what a chain of links connects, and gives each component what it has alone', () => {
    fc.assert(
      fc.property(links(anyTrust), all => {
        // A copy of the world beside it, under other names, changes nothing in either.
        const twin = all.map(one => ({
          ...one,
          left: { ...one.left, value: `~${one.left.value}` },
          right: { ...one.right, value: `~${one.right.value}` },
        }))
        const alone = people(all)
        const both = people([...all, ...twin])
        for (const [key, profile] of alone.profiles) expect(both.profiles.get(key)).toBe(profile)
      }),
      { numRuns: 100 },
    )
  })

  it('keeps an anonymous id with the user whom a server vouched for, whatever browsers claim', () => {
    fc.assert(
      fc.property(links(fc.constant('browser' as const)), claims => {
        const verified = link('u:real', 'a:p', 10, { trust: 'server' })
        const found = people([verified, ...claims])
        expect(same(found, 'u:real', 'a:p')).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a hub of 50,000 links', () => {
  const MANY = 50_000
  const timed = (links: readonly Link[]) => {
    const identifiers = identifiersOf(links)
    const started = performance.now()
    const found = partition(identifiers, links)
    return { found, ms: performance.now() - started }
  }
  const hub = (left: (n: number) => string, right: (n: number) => string) =>
    Array.from({ length: MANY }, (_, n) => link(left(n), right(n), n % 3000))

  // Milliseconds on two busy cores; what grows with the square of the links takes a quarter of a minute.
  it.each([
    [
      'users on one anonymous id',
      hub(
        n => `u:${n}`,
        () => 'a:hub',
      ),
    ],
    [
      'anonymous ids of one user',
      hub(
        () => 'u:hub',
        n => `a:${n}`,
      ),
    ],
    [
      'users with one e-mail',
      hub(
        n => `u:${n}`,
        () => 'e:hub@acme.com',
      ),
    ],
    [
      'anonymous ids with one e-mail',
      hub(
        n => `a:${n}`,
        () => 'e:hub@acme.com',
      ),
    ],
  ])('%s is divided in seconds at most', (_, links) => {
    const { found, ms } = timed(links)
    expect(found.decisions).toHaveLength(MANY)
    expect(ms).toBeLessThan(3000)
  })
})
