import type { Trust } from '@waymark/schemas/row'
import { createForest } from './components.ts'
import { byText, type Identifier, identifierOf, keyOf, profileId } from './ids.ts'
import { addTallies, brokenLimit, rankOf, SHARED_DEVICE_PEOPLE, type Tally, tallyOf, WINDOW_MS } from './limits.ts'

/** An identifier that events carried. */
export interface SeenIdentifier extends Identifier {
  /** Epoch ms. */
  readonly firstSeen: number
}

/** All evidence that two identifiers are one person's. */
export interface Link {
  readonly left: Identifier
  readonly right: Identifier
  /** The best of its sources. */
  readonly trust: Trust
  /** By sources of that trust, epoch ms. */
  readonly firstSeen: number
  /** Days on which sources of that trust saw it, counted from 1970-01-01. */
  readonly days: readonly number[]
  /** An undo took it away. */
  readonly cut: boolean
}

export interface Decision {
  readonly link: Link
  readonly kind: 'merge' | 'refusal' | 'undo'
  readonly rule: string
}

export interface Partition {
  /** Profile id by `keyOf(identifier)`. */
  readonly profiles: ReadonlyMap<string, string>
  /** What became of each link; one that repeats what stronger ones say is left out. */
  readonly decisions: readonly Decision[]
}

const DAYS = WINDOW_MS / 86_400_000

/**
 * Divides identifiers into people: a pure function of the set of identifiers and links, whatever order they come in.
 * Links are taken from the strongest (types, then trust, then first seen, then text) and join where no limit breaks.
 * A link to an identifier that no event carried counts for nothing yet.
 */
export function partition(identifiers: readonly SeenIdentifier[], links: readonly Link[]): Partition {
  const forest = createForest()
  const tallies = new Map<number, Tally>()
  const seen = new Map<string, Identifier>()
  for (const identifier of identifiers) {
    seen.set(keyOf(identifier), identifier)
    tallies.set(forest.indexOf(keyOf(identifier)), tallyOf(identifier, identifier.firstSeen))
  }
  const ordered = links.filter(link => seen.has(keyOf(link.left)) && seen.has(keyOf(link.right))).sort(byStrength)
  const barred = barredAmong(ordered)

  const decisions: Decision[] = []
  for (const link of ordered) {
    const bar = link.cut ? 'cut' : barred.get(link)
    if (bar !== undefined) {
      decisions.push({ link, kind: link.cut ? 'undo' : 'refusal', rule: bar })
      continue
    }
    const left = forest.root(forest.indexOf(keyOf(link.left)))
    const right = forest.root(forest.indexOf(keyOf(link.right)))
    if (left === right) continue
    const [leftTally, rightTally] = [tallies.get(left), tallies.get(right)]
    if (leftTally === undefined || rightTally === undefined) continue
    const broken = brokenLimit(leftTally, rightTally)
    if (broken === null) tallies.set(forest.join(left, right), addTallies(leftTally, rightTally))
    decisions.push(broken === null ? { link, kind: 'merge', rule: ruleOf(link) } : { link, kind: 'refusal', rule: broken })
  }
  return { profiles: profilesOf(forest.groups()), decisions }
}

/** The smallest of the strongest identifiers names the profile. */
function profilesOf(groups: readonly string[][]): Map<string, string> {
  const profiles = new Map<string, string>()
  for (const group of groups) {
    const [canonical] = group.map(identifierOf).sort(byCanonical)
    if (canonical === undefined) continue
    const id = profileId(canonical)
    for (const key of group) profiles.set(key, id)
  }
  return profiles
}

/** The links that can never join, whatever else is known, with the rule that bars them; of one anonymous id the strongest first. All of its links must be given. */
export function barredLinks(links: readonly Link[]): ReadonlyMap<Link, string> {
  return barredAmong(links.toSorted(byStrength))
}

/** Of one anonymous id's user links only the strongest may join; on a shared device none. */
function barredAmong(ordered: readonly Link[]): Map<Link, string> {
  const ofUsers = ordered.filter(link => !link.cut && link.left.type === 'user_id' && link.right.type === 'anonymous_id')
  const barred = new Map<Link, string>()
  for (const [first, ...others] of Map.groupBy(ofUsers, link => link.right.value).values()) {
    if (first === undefined) continue
    // A browser cannot make a device shared that a server has vouched for.
    const peers = [first, ...others.filter(link => link.trust === first.trust)]
    const shared = isShared(peers)
    if (shared) barred.set(first, 'shared_device')
    for (const other of others) barred.set(other, shared ? 'shared_device' : 'anonymous_id_taken')
  }
  return barred
}

function isShared(links: readonly Link[]): boolean {
  if (links.length < SHARED_DEVICE_PEOPLE) return false
  const visits = links.flatMap(link => link.days.map(day => ({ day, user: link.left.value }))).sort((a, b) => a.day - b.day)
  const counts = new Map<string, number>()
  let start = 0
  for (const visit of visits) {
    counts.set(visit.user, (counts.get(visit.user) ?? 0) + 1)
    for (let old = visits[start]; old !== undefined && old.day <= visit.day - DAYS; old = visits[++start]) {
      const left = (counts.get(old.user) ?? 0) - 1
      if (left === 0) counts.delete(old.user)
      else counts.set(old.user, left)
    }
    if (counts.size >= SHARED_DEVICE_PEOPLE) return true
  }
  return false
}

function byStrength(a: Link, b: Link): number {
  return (
    pairRank(a) - pairRank(b) ||
    Number(b.trust === 'server') - Number(a.trust === 'server') ||
    a.firstSeen - b.firstSeen ||
    byIdentifier(a.left, b.left) ||
    byIdentifier(a.right, b.right)
  )
}

function byIdentifier(a: Identifier, b: Identifier): number {
  return byText(a.type, b.type) || byText(a.value, b.value)
}

function pairRank(link: Link): number {
  const [left, right] = [rankOf(link.left.type), rankOf(link.right.type)]
  return Math.min(left, right) * 10 + Math.max(left, right)
}

function byCanonical(a: Identifier, b: Identifier): number {
  return rankOf(a.type) - rankOf(b.type) || byIdentifier(a, b)
}

/** `user_id+email`: which kinds of identifiers the evidence joins. */
function ruleOf(link: Link): string {
  return `${link.left.type}+${link.right.type}`
}
