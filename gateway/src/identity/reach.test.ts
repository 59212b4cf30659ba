import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partition } from './graph.ts'
import { byText, type Identifier, keyOf } from './ids.ts'
import { type AskEdges, type EdgeRow, neighbourhoodOf } from './neighbourhood.ts'
import { mapRows } from './resolve.ts'

const DAY = 86_400_000
const id = (text: string): Identifier => ({
  type: { u: 'user_id', a: 'anonymous_id', e: 'email' }[text.slice(0, 1)] ?? '',
  value: text,
})

/** Evidence that two identifiers belong together, or (without a right side) that one was seen. */
interface Evidence {
  readonly left: string
  readonly right: string
  readonly day: number
  readonly trust: 'browser' | 'server'
}
const said = (left: string, right: string, day: number, trust: 'browser' | 'server' = 'browser'): Evidence => ({ left, right, day, trust })

/** The rows that edge_list.sql would give, and how many were asked for. */
function createEdges() {
  const rows = new Map<string, EdgeRow>()
  const asked = new Set<string>()

  function add(left: string, right: string, { day, trust }: Evidence) {
    const key = `${left} ${right}`
    const known = rows.get(key)
    const [from, to] = [id(left), id(right)]
    const isBetter = trust === 'server' && known?.joined_trust === 'browser'
    const same = known !== undefined && known.joined_trust === trust
    rows.set(key, {
      left_type: from.type,
      left,
      right_type: to.type,
      right,
      is_cut: 0,
      joins: 1,
      joined_trust: known === undefined || isBetter ? trust : known.joined_trust,
      joined_at: known === undefined || isBetter ? day * DAY : same ? Math.min(known.joined_at, day * DAY) : known.joined_at,
      joined_days: known === undefined || isBetter ? [day] : same ? [...new Set([...known.joined_days, day])].sort() : known.joined_days,
      first_seen_at: Math.min(known?.first_seen_at ?? Number.POSITIVE_INFINITY, day * DAY),
      last_seen_at: day * DAY,
    })
  }

  return {
    asked,
    say(evidence: Evidence): Identifier[] {
      for (const end of [evidence.left, evidence.right]) if (end !== '') add(end, '', evidence)
      if (evidence.right !== '') add(evidence.left, evidence.right, evidence)
      return [evidence.left, evidence.right].filter(end => end !== '').map(id)
    },
    ask: (async (keys, side) => {
      const wanted = new Set(keys.map(key => key.value))
      for (const key of wanted) asked.add(key)
      return [...rows.values()].filter(row => wanted.has(row[side]))
    }) satisfies AskEdges,
    all: () => [...rows.values()],
  }
}

async function divide(edges: ReturnType<typeof createEdges>, touched: readonly Identifier[]) {
  const found = await neighbourhoodOf(edges.ask, touched)
  return mapRows(found, partition([...found.identifiers, ...found.rim], found.links))
}

// Most of it about one user, who has more devices than a profile takes.
const users = fc.constantFrom('u1', 'u1', 'u1', 'u1', 'u2', 'u3', 'u4')
const devices = fc.constantFrom('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8')
const emails = fc.constantFrom('e1', 'e2')
const ends = fc.oneof(fc.tuple(users, devices), fc.tuple(users, emails), fc.tuple(devices, emails), fc.tuple(devices, fc.constant('')))
const story = fc.array(
  fc
    .tuple(ends, fc.nat(8), fc.constantFrom('browser' as const, 'server' as const))
    .map(([[left, right], day, trust]) => said(left, right, day, trust)),
  { minLength: 5, maxLength: 50, size: 'max' },
)

describe('what news reaches', () => {
  it('divides people batch by batch as it does all at once', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.integer({ min: 1, max: 8 }), async (all, size) => {
        const edges = createEdges()
        const map = new Map<string, string>()
        for (let at = 0; at < all.length; at += size) {
          const touched = all.slice(at, at + size).flatMap(evidence => edges.say(evidence))
          for (const row of await divide(edges, touched))
            map.set(keyOf({ type: row.identifier_type, value: row.identifier }), row.profile_id)
        }
        const whole = await divide(
          edges,
          edges.all().map(row => id(row.left)),
        )
        const expected = new Map(whole.map(row => [keyOf({ type: row.identifier_type, value: row.identifier }), row.profile_id]))
        const sorted = (profiles: ReadonlyMap<string, string>) => [...profiles].sort(([a], [b]) => byText(a, b))
        expect(sorted(map)).toEqual(sorted(expected))
      }),
      { numRuns: 1000 },
    )
  })

  it('reaches who loses a device to another user, and what then fits into their profile', async () => {
    const edges = createEdges()
    for (const n of [1, 2, 3, 4, 5, 6]) edges.say(said('u1', `a${n}`, n))
    const profileOf = (rows: Awaited<ReturnType<typeof divide>>, value: string) =>
      rows.find(row => row.identifier === value)?.profile_id ?? `${value} is not reached`
    const before = await divide(edges, [id('u1')])
    expect(profileOf(before, 'a6')).not.toBe(profileOf(before, 'u1'))
    const after = await divide(edges, edges.say(said('u2', 'a1', 7, 'server')))
    expect(profileOf(after, 'a1')).toBe(profileOf(after, 'u2'))
    expect(profileOf(after, 'a6')).toBe(profileOf(after, 'u1'))
  })

  it('does not go beyond a shared device, nor beyond one that is somebody else’s', async () => {
    const edges = createEdges()
    for (let n = 0; n < 300; n += 1) {
      edges.say(said(`u${n}`, 'a-kiosk', n % 3))
      edges.say(said(`u${n}`, `a-own-${n}`, 1))
      // A chain of devices passed on: each is the user's before.
      edges.say(said(`u${n}`, `a-passed-${n}`, 1))
      edges.say(said(`u${n}`, `a-passed-${n + 1}`, 2))
    }
    edges.asked.clear()
    const found = await neighbourhoodOf(edges.ask, edges.say(said('u150', 'a-kiosk', 9)))
    expect(edges.asked.size).toBeLessThan(15)
    expect(found.identifiers.map(({ value }) => value)).toEqual(expect.arrayContaining(['u150', 'a-own-150', 'a-passed-150']))
    expect(found.identifiers.map(({ value }) => value)).not.toContain('u151')
  })
})
