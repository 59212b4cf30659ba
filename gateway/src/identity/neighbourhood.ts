import type { ClickHouseClient } from '@clickhouse/client'
import type { Trust } from '@waymark/schemas/row'
import { sqlFile } from '../db/query.ts'
import type { Link, SeenIdentifier } from './graph.ts'
import { type Identifier, identifierOf, keyOf } from './ids.ts'
import { type KeyParams, lookup, SCAN_ABOVE } from './lookup.ts'
import { reachOf } from './reach.ts'

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
}

export const edgeList = sqlFile<KeyParams, EdgeRow>('edge_list')

/** Everything that could be one person with some identifiers if no rule forbade it. */
export interface Neighbourhood {
  readonly identifiers: readonly SeenIdentifier[]
  /** Beyond links that can never join: only there because the rules count them, they are not divided here. */
  readonly rim: readonly SeenIdentifier[]
  /** Links of the identifiers and of the rim. */
  readonly links: readonly Link[]
  /** Aliases that a browser asked for. */
  readonly untrusted: readonly Link[]
}

/** Rows with one of these keys on that side; for very many keys perhaps all rows. */
export type AskEdges = (keys: readonly Identifier[], side: 'left' | 'right') => Promise<EdgeRow[]>

const PEOPLE = new Set(['user_id', 'anonymous_id', 'email'])

export function loadNeighbourhood(client: ClickHouseClient, touched: readonly Identifier[]): Promise<Neighbourhood> {
  return neighbourhoodOf((keys, side) => lookup(client, edgeList, keys, side), touched)
}

/** Follows links from the touched identifiers until nothing new is found. Of every link that is new, changed or gone both ends are touched. */
export async function neighbourhoodOf(ask: AskEdges, touched: readonly Identifier[]): Promise<Neighbourhood> {
  const found = new Map<string, EdgeRow>()
  const asked = new Set<string>()
  let inner: ReadonlySet<string> = new Set()
  let frontier = unasked(touched, asked)
  while (frontier.length > 0) {
    if (frontier.length > SCAN_ABOVE) return assemble(await ask(frontier, 'left'))
    for (const identifier of frontier) asked.add(keyOf(identifier))
    // Only e-mails, anonymous ids and former user ids stand on the right.
    for (const rows of await Promise.all([ask(frontier, 'left'), ask(frontier, 'right')])) {
      for (const row of rows) found.set(`${keyOf(leftOf(row))}\0${keyOf(rightOf(row))}`, row)
    }
    const reached = reachOf(touched, [...found.values()].filter(isLink).map(linkOf), asked)
    inner = reached.inner
    frontier = unasked([...inner, ...reached.doubtful].map(identifierOf), asked)
  }
  return assemble([...found.values()], inner)
}

/** Pure part of `loadNeighbourhood`: what belongs to it of these rows is `inner`, everything by default. */
function assemble(rows: readonly EdgeRow[], inner?: ReadonlySet<string>): Neighbourhood {
  const people = rows.filter(row => PEOPLE.has(row.left_type))
  const links = people.filter(isLink).map(linkOf)
  // Who is on the left of a link as a user was seen, also where nobody asked for more.
  const seen = new Map<string, SeenIdentifier>()
  for (const link of links) if (link.left.type === 'user_id') seen.set(keyOf(link.left), { ...link.left, firstSeen: link.firstSeen })
  for (const row of people) if (row.right === '') seen.set(keyOf(leftOf(row)), { ...leftOf(row), firstSeen: row.first_seen_at })
  const all = [...seen.entries()]
  const isInner = (key: string) => inner === undefined || inner.has(key)
  return {
    identifiers: all.filter(([key]) => isInner(key)).map(([, identifier]) => identifier),
    rim: all.filter(([key]) => !isInner(key)).map(([, identifier]) => identifier),
    links,
    untrusted: people.filter(row => row.right_type === 'anonymous_id' && !isLink(row)).map(linkOf),
  }
}

function leftOf(row: EdgeRow): Identifier {
  return { type: row.left_type, value: row.left }
}

function rightOf(row: EdgeRow): Identifier {
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
  }
}

/** Identifiers of people that were not asked for yet, each once. */
function unasked(identifiers: readonly Identifier[], asked: ReadonlySet<string>): Identifier[] {
  const fresh = new Map<string, Identifier>()
  for (const { type, value } of identifiers) {
    const key = keyOf({ type, value })
    if (PEOPLE.has(type) && !asked.has(key)) fresh.set(key, { type, value })
  }
  return [...fresh.values()]
}
