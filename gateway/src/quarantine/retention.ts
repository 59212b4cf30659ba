import type { Database } from '../db/open.ts'

/** Lets the engine forget rejected events so many days after they were received. Changes the table only where it says otherwise. */
export async function keepRejectedFor(db: Pick<Database, 'client' | 'form' | 'name'>, days: number): Promise<void> {
  const isCluster = db.form.kind === 'cluster'
  const table = isCluster ? 'rejected_events_local' : 'rejected_events'
  const rule = `toIntervalDay(${Math.floor(days)})`
  const answer = await db.client.query({
    query: 'SELECT engine_full FROM system.tables WHERE database = {database:String} AND name = {table:String}',
    query_params: { database: db.name, table },
    format: 'JSONEachRow',
    clickhouse_settings: { log_comment: 'rejected_retention' },
  })
  const [found] = await answer.json<{ engine_full: string }>()
  if (found === undefined || found.engine_full.includes(rule)) return
  const on = db.form.kind === 'cluster' ? ` ON CLUSTER '${db.form.cluster}'` : ''
  await db.client.command({
    query: `ALTER TABLE ${table}${on} MODIFY TTL toDateTime(received_at) + ${rule}`,
    // What is old goes with the next merges; nobody waits for it.
    clickhouse_settings: { log_comment: 'rejected_retention', mutations_sync: '0' },
  })
}
