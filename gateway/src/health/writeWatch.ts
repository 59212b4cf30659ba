import type { SpoolBacklog } from '../ingest/spool/spoolBacklog.ts'

/** Believed for so long after it was seen: nobody sends to a gateway that says no, so only trying again can tell. */
const BELIEVED_MS = 10_000

/** Whether writes of the spool fail, by what happened between one look and the next: failures, and no sync that went well. */
export function watchWrites(now: () => number): (backlog: Pick<SpoolBacklog, 'refused' | 'syncs'>) => boolean {
  let seen = { failed: 0, synced: 0 }
  let failingSince = Number.NEGATIVE_INFINITY

  return ({ refused, syncs }) => {
    const at = now()
    const failed = refused.write_failed > seen.failed
    if (syncs.count > seen.synced) failingSince = Number.NEGATIVE_INFINITY
    else if (failed) failingSince = at
    seen = { failed: refused.write_failed, synced: syncs.count }
    return at - failingSince < BELIEVED_MS
  }
}
