/** Where the tables live. The text of `schemas/tables` is the form of one server, embedded or not; a cluster's is derived from it. */
export type Form = { readonly kind: 'embedded' } | { readonly kind: 'server' } | { readonly kind: 'cluster'; readonly cluster: string }

/**
 * Which shard a row lives on, per table. `FINAL` and `LIMIT 1 BY` see one shard at a time, so the key is made of columns of the sort key, and
 * copies of one message meet.
 */
export const SHARD_BY: { readonly [table: string]: string } = {
  schema_migrations: 'version',
  events: 'sipHash64(source_id, message_id)',
  events_in: 'sipHash64(source_id, message_id)',
  rejected_events: 'sipHash64(source_id, message_id)',
  ingest_counts: 'sipHash64(segment_id)',
  identity_edges: 'sipHash64(left)',
  identity_map: 'sipHash64(identifier)',
  identity_ledger: 'sipHash64(entry_id)',
  identity_undos: 'sipHash64(left)',
  identifier_traits: 'sipHash64(identifier)',
  account_keys: 'sipHash64(value)',
  accounts: 'sipHash64(account_id)',
  memberships: 'sipHash64(profile_id)',
  touch_daily: 'sipHash64(node)',
  surge_baseline: 'toUInt32(day)',
  account_scores: 'sipHash64(account_id)',
  account_reasons: 'sipHash64(account_id)',
  stage_current: 'sipHash64(account_id)',
  stage_transitions: 'sipHash64(account_id)',
  dirty_accounts: 'sipHash64(account_id)',
  orders: 'sipHash64(source_id, message_id)',
  opportunities: 'sipHash64(source_id, message_id)',
  costs: 'sipHash64(campaign)',
  targets: 'sipHash64(domain)',
  keys: 'sipHash64(key_id)',
  source_settings: 'sipHash64(source_id)',
  models: 'sipHash64(id)',
  suppressions: 'sipHash64(identifier)',
  deletions: 'sipHash64(deletion_id)',
  job_runs: 'sipHash64(job)',
  conservation_checks: 'sipHash64(checked_at)',
  tracking_plans: 'sipHash64(id)',
  plan_violations: 'sipHash64(path)',
  rejected_replays: 'sipHash64(segment_id)',
  shared_turns: 'sipHash64(name)',
  removed_events: 'sipHash64(segment_id)',
  ingest_days: 'toUInt32(day)',
}

const REPLICA = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
const CREATE = /^((?:\s*--[^\n]*\n)*)\s*CREATE (TABLE|VIEW|MATERIALIZED VIEW) IF NOT EXISTS (\w+)/
const ALTER = /^((?:\s*--[^\n]*\n)*)\s*ALTER TABLE (\w+)/

/** The statements that one file of `schemas/tables` stands for in this form. Pure. */
export function renderDdl(sql: string, form: Form, database: string): readonly string[] {
  if (form.kind !== 'cluster') return [sql]
  const on = `ON CLUSTER ${quoted(form.cluster)}`
  const create = CREATE.exec(sql)
  if (create !== null) {
    const [head, , kind, name = ''] = create
    const body = sql.slice(head.length)
    switch (kind) {
      case 'VIEW':
        return [`CREATE VIEW IF NOT EXISTS ${name} ${on}${body}`]
      case 'MATERIALIZED VIEW':
        return [`CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} ${on}${localTables(body)}`]
      default:
        return [
          `CREATE TABLE IF NOT EXISTS ${name}_local ${on}${replicated(body)}`,
          `CREATE TABLE IF NOT EXISTS ${name} ${on} AS ${name}_local ENGINE = Distributed(${quoted(form.cluster)}, ${quoted(database)}, ${name}_local, ${shardKey(name)})`,
        ]
    }
  }
  const alter = ALTER.exec(sql)
  if (alter !== null) {
    const [head, , name = ''] = alter
    const change = sql.slice(head.length)
    const local = `ALTER TABLE ${name}_local ${on}${change}`
    return /\bCOLUMN\b/.test(change) ? [local, `ALTER TABLE ${name} ${on}${change}`] : [local]
  }
  throw new Error(
    `A table file must start with CREATE TABLE|VIEW|MATERIALIZED VIEW IF NOT EXISTS name, or ALTER TABLE name; this one starts with "${sql.slice(0, 80)}"`,
  )
}

/** Statement that creates the database itself. */
export function createDatabaseStatement(database: string, form: Form): string {
  const name = `CREATE DATABASE IF NOT EXISTS ${identifier(database)}`
  if (form.kind === 'cluster') return `${name} ON CLUSTER ${quoted(form.cluster)}`
  // The engine's own default is not Atomic in the embedded engine.
  return form.kind === 'embedded' ? `${name} ENGINE = Atomic` : name
}

function replicated(body: string): string {
  return body.replace(
    /ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?/,
    (_, engine: string, args = '') => `ENGINE = Replicated${engine}(${REPLICA}${args === '' ? '' : `, ${args}`})`,
  )
}

function localTables(body: string): string {
  return body.replace(/\b(TO|FROM) (\w+)/g, (whole, word: string, table: string) => (table in SHARD_BY ? `${word} ${table}_local` : whole))
}

function shardKey(table: string): string {
  const key = SHARD_BY[table]
  if (key === undefined) throw new Error(`Table ${table} has no shard key: add one to SHARD_BY in gateway/src/db/ddl.ts`)
  return key
}

function identifier(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`"${name}" cannot be the name of the database: use letters, digits and _`)
  return name
}

function quoted(name: string): string {
  if (!/^[\w.-]+$/.test(name)) throw new Error(`"${name}" cannot be the name of a cluster or database: use letters, digits, _ . -`)
  return `'${name}'`
}
