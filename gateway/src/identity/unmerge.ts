import { randomUUID } from 'node:crypto'
import type { Database } from '../db/open.ts'
import { insertRows, row, sqlFile, sqlTime } from '../db/query.ts'
import { idsOf, lookup } from './lookup.ts'
import { ledgerList } from './resolve.ts'

export const lastUndo = sqlFile<Record<string, never>, { undone_at: number }>('identity_undo_last')

/**
 * Takes back a merge of the ledger: its link is cut from `now` (epoch ms) on, and the next run of stitch divides the people as if the
 * link had never been seen. Nothing is lost: the evidence stays beside the cut. False when no merge has this id. `by` is whoever asked.
 */
export async function undoMerge(db: Database, mergeId: string, now: number, by = ''): Promise<boolean> {
  const [entry] = await lookup(db.client, ledgerList, idsOf([mergeId]))
  if (entry === undefined || entry.kind !== 'merge') return false
  const last = await row(db.client, lastUndo, {})
  await insertRows(db.client, 'identity_undos', [
    {
      undo_id: randomUUID(),
      left_type: entry.left_type,
      left: entry.left,
      right_type: entry.right_type,
      right: entry.right,
      // After every other, whatever this machine's clock says: the jobs go on from the latest.
      undone_at: sqlTime(Math.max(now, last.undone_at + 1)),
      undone_by: by,
    },
  ])
  return true
}
