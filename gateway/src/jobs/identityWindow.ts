import type { ClickHouseClient } from '@clickhouse/client'
import { composeSql } from '../db/composeSql.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import { withScratch } from '../db/scratch.ts'
import type { Identifier } from '../identity/ids.ts'
import type { SegmentWindow } from './segments.ts'

export type WindowParams = {
  readonly received_from: string
  readonly received_to: string
  readonly loaded_from: string
  readonly loaded_to: string
}

/** Bounds by which a statement finds the events of new segments. */
export function windowParams(window: SegmentWindow): WindowParams {
  return {
    received_from: sqlTime(window.receivedFrom),
    received_to: sqlTime(window.receivedTo),
    loaded_from: sqlTime(window.loadedFrom),
    loaded_to: sqlTime(window.loadedTo),
  }
}

/** Copies of new events are kept first: they are looked for in all events of a month. */
export const oldsQuery = sqlFile<WindowParams, never>('stitch_olds')
export const identifiersQuery = composeSql<WindowParams, Identifier>('stitch_identifiers', [['stitch_news', null]])
const undoneQuery = sqlFile<{ after: number; through: number }, CutRow>('stitch_undone')

interface CutRow {
  readonly left_type: string
  readonly left: string
  readonly right_type: string
  readonly right: string
  /** Epoch ms. */
  readonly cut_at: number
}

/** What a run has to look at again, and where the next one goes on. */
export interface Touched {
  readonly identifiers: readonly Identifier[]
  readonly undoneThrough: number
}

/** Identifiers that the new events and their copies carry, or whose links were cut after `undoneAfter` and until `undoneUntil` (epoch ms). */
export async function touchedIdentifiers(
  client: ClickHouseClient,
  window: SegmentWindow | null,
  undoneAfter: number,
  undoneUntil = Number.MAX_SAFE_INTEGER,
): Promise<Touched> {
  const seen = window === null ? [] : await seenIdentifiers(client, windowParams(window))
  const cuts = await rows(client, undoneQuery, { after: undoneAfter, through: undoneUntil })
  const cut = cuts.flatMap(row => [
    { type: row.left_type, value: row.left },
    { type: row.right_type, value: row.right },
  ])
  return { identifiers: [...seen, ...cut], undoneThrough: cuts.reduce((latest, row) => Math.max(latest, row.cut_at), undoneAfter) }
}

function seenIdentifiers(client: ClickHouseClient, bounds: WindowParams): Promise<Identifier[]> {
  return withScratch(client, new AbortController().signal, async scratch => {
    await scratch.keep(oldsQuery, bounds)
    return scratch.rows(identifiersQuery, bounds)
  })
}

/** Watermark of a job that follows both segments and undos. */
export interface IdentityMark {
  readonly segments: string
  /** Epoch ms. */
  readonly undone: number
}

export function parseIdentityMark(watermark: string): IdentityMark {
  return watermark === '' ? { segments: '', undone: 0 } : (JSON.parse(watermark) as IdentityMark)
}
