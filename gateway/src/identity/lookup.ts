import type { ClickHouseClient } from '@clickhouse/client'
import { type Query, rows } from '../db/query.ts'
import type { Identifier } from './ids.ts'

/** Parameters of a query that is asked by keys; a query that needs no types ignores them. */
export type KeyParams = {
  readonly everything: 0 | 1
  readonly side: string
  readonly types: readonly string[]
  readonly values: readonly string[]
}

/** A form field of the engine's HTTP interface holds 128 KiB. */
const PIECE_BYTES = 60_000
/** Above this, one scan is cheaper than many lookups. */
export const SCAN_ABOVE = 20_000

/** Rows for these keys, asked in pieces that fit a request. For very many keys everything is read, so there may be more rows than asked for. */
export async function lookup<R>(
  client: ClickHouseClient,
  query: Query<KeyParams, R>,
  keys: readonly Identifier[],
  side = '',
): Promise<R[]> {
  if (keys.length > SCAN_ABOVE) return rows(client, query, { everything: 1, side, types: [], values: [] })
  const found: R[] = []
  for (const piece of pieces(keys)) {
    const part = await rows(client, query, { everything: 0, side, types: piece.map(key => key.type), values: piece.map(key => key.value) })
    for (const row of part) found.push(row)
  }
  return found
}

/** Keys of one kind that the query does not tell apart by type. */
export function idsOf(values: Iterable<string>): Identifier[] {
  return [...values].map(value => ({ type: '', value }))
}

function pieces(keys: readonly Identifier[]): Identifier[][] {
  const all: Identifier[][] = []
  let piece: Identifier[] = []
  let bytes = 0
  for (const key of keys) {
    const size = Math.max(Buffer.byteLength(key.value), key.type.length) + 4
    if (bytes + size > PIECE_BYTES && piece.length > 0) {
      all.push(piece)
      piece = []
      bytes = 0
    }
    piece.push(key)
    bytes += size
  }
  return piece.length === 0 ? all : [...all, piece]
}
