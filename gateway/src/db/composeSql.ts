import { type Params, type Query, sqlFile } from './query.ts'

/** A named part of a statement: its text, or null for the file of that name. */
export type Part = readonly [name: string, sql: string | null]

/**
 * `head` WITH part AS (…), … then `gateway/sql/<name>.sql`, which selects from the parts by name, as parts do from those before them.
 * Keeps every select in a file of its own that says what it answers.
 */
export function composeSql<P extends Params, R>(name: string, parts: readonly Part[], head = ''): Query<P, R> {
  const ctes = parts.map(([part, sql]) => `${part} AS\n(\n${sql ?? sqlFile(part).sql}\n)`)
  const lines = [...(head === '' ? [] : [head]), ...(ctes.length === 0 ? [] : [`WITH ${ctes.join(',\n')}`]), sqlFile(name).sql]
  return { name, sql: lines.join('\n') }
}
