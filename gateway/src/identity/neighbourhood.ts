import type { ClickHouseClient } from '@clickhouse/client'
import type { Trust } from '@waymark/schemas/row'
import { sqlFile } from '../db/query.ts'
import { createForest } from './components.ts'
import type { Link, SeenIdentifier } from './graph.ts'
import { type Identifier, keyOf } from './ids.ts'
import { type KeyParams, lookup, SCAN_ABOVE } from './lookup.ts'

/** All that is known of one identifier (right side empty) or of a pair. Times in epoch ms, days since 1970-01-01. */
export interface EdgeRow {
  readonly left_type: string
  readonly left: string
  readonly right_type: string
  readonly right: string
  readonly is_cut: 0 | 1
  readonly joins: 0 | 1
  /** '' when nothing joins. */
  readonly joined_trust: Trust | ''
  readonly joined_at: number
  readonly joined_days: readonly number[]
  readonly first_seen_at: number
  readonly last_seen_at: number
  readonly latest_received_at: number
}

export const edgeList = sqlFile<KeyParams, EdgeRow>('edge_list')

/** Everything that could be one person with some identifiers if no rule forbade it. */
export interface Neighbourhood {
  readonly identifiers: readonly SeenIdentifier[]
  readonly links: readonly Link[]
  /** Aliases that a browser asked for. */
  readonly untrusted: readonly Link[]
  /** Latest received_at of the evidence in the identifier's component, by `keyOf(identifier)`. */
  readonly latest: ReadonlyMap<string, number>
}

const PEOPLE = new Set(['user_id', 'anonymous_id', 'email'])

/** Follows links, also cut ones, from the touched identifiers until nothing new is found. */
export async function loadNeighbourhood(client: ClickHouseClient, touched: readonly Identifier[]): Promise<Neighbourhood> {
  const found = new Map<string, EdgeRow>()
  const known = new Set<string>()
  let frontier = unknown(touched, known)
  while (frontier.length > 0) {
    if (frontier.length > SCAN_ABOVE) return assemble(await lookup(client, edgeList, frontier, 'left'))
    // Only e-mails, anonymous ids and former user ids stand on the right.
    const [byLeft, byRight] = await Promise.all([lookup(client, edgeList, frontier, 'left'), lookup(client, edgeList, frontier, 'right')])
    const rows = [...byLeft, ...byRight]
    const ends: Identifier[] = []
    for (const row of rows) {
      found.set(`${keyOf(leftOf(row))}\0${keyOf(rightOf(row))}`, row)
      if (isLink(row)) ends.push(leftOf(row), rightOf(row))
    }
    frontier = unknown(ends, known)
  }
  return assemble([...found.values()])
}

/** Pure part of `loadNeighbourhood`. */
export function assemble(rows: readonly EdgeRow[]): Neighbourhood {
  const people = rows.filter(row => PEOPLE.has(row.left_type))
  const forest = createForest()
  const indexOf = (identifier: Identifier) => forest.indexOf(keyOf(identifier))
  const evidence = people.filter(row => row.right === '' || isLink(row))
  for (const row of evidence) {
    const left = indexOf(leftOf(row))
    if (isLink(row)) forest.join(left, indexOf(rightOf(row)))
  }
  const latestOfRoot = new Map<number, number>()
  for (const row of evidence) {
    const root = forest.root(indexOf(leftOf(row)))
    latestOfRoot.set(root, Math.max(latestOfRoot.get(root) ?? 0, row.latest_received_at))
  }
  const selves = people.filter(row => row.right === '')
  return {
    identifiers: selves.map(row => ({ ...leftOf(row), firstSeen: row.first_seen_at })),
    links: people.filter(isLink).map(linkOf),
    untrusted: people.filter(row => row.right_type === 'anonymous_id' && !isLink(row)).map(linkOf),
    latest: new Map(selves.map(row => [keyOf(leftOf(row)), latestOfRoot.get(forest.root(indexOf(leftOf(row)))) ?? 0])),
  }
}

export function leftOf(row: EdgeRow): Identifier {
  return { type: row.left_type, value: row.left }
}

export function rightOf(row: EdgeRow): Identifier {
  return { type: row.right_type, value: row.right }
}

function isLink(row: EdgeRow): boolean {
  return PEOPLE.has(row.right_type) && (row.joins === 1 || row.is_cut === 1)
}

function linkOf(row: EdgeRow): Link {
  return {
    left: leftOf(row),
    right: rightOf(row),
    trust: row.joined_trust === 'server' ? 'server' : 'browser',
    firstSeen: row.joins === 1 ? row.joined_at : row.first_seen_at,
    days: row.joined_days,
    cut: row.is_cut === 1,
    latest: row.latest_received_at,
  }
}

/** Identifiers of people that were not asked for yet, each once. */
function unknown(identifiers: readonly Identifier[], known: Set<string>): Identifier[] {
  const fresh: Identifier[] = []
  for (const identifier of identifiers) {
    const key = keyOf(identifier)
    if (!PEOPLE.has(identifier.type) || known.has(key)) continue
    known.add(key)
    fresh.push(identifier)
  }
  return fresh
}
