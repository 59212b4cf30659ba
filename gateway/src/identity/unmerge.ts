import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { idsOf, lookup } from './lookup.ts'
import { ledgerList } from './resolve.ts'

/**
 * Takes back a merge of the ledger: its link is cut from `now` (epoch ms) on, and the next run of stitch divides the people as if the
 * link had never been seen. Nothing is lost: the evidence stays beside the cut. False when no merge has this id.
 */
export async function undoMerge(db: Database, mergeId: string, now: number): Promise<boolean> {
  const [entry] = await lookup(db.client, ledgerList, idsOf([mergeId]))
  if (entry === undefined || entry.kind !== 'merge') return false
  await insertRows(db.client, 'identity_edges', [
    {
      left_type: entry.left_type,
      left: entry.left,
      right_type: entry.right_type,
      right: entry.right,
      source_id: '',
      trust: '',
      sign: 'cut',
      day: sqlDay(now),
      first_seen_at: sqlTime(now),
      last_seen_at: sqlTime(now),
      count: 1,
      version: now,
      is_deleted: 0,
    },
  ])
  return true
}
