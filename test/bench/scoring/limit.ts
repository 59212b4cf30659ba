/** What no scorer can be faster than: the decayed sum alone, over touches that already know their account. */
import type { IntentModel } from '@waymark/schemas/model'
import type { Database } from '../../../gateway/src/db/open.ts'

/** Touches with their account beside them, in its order, so that the limit pays for no join. */
export async function prepareLimit({ client }: Database): Promise<void> {
  await client.command({
    query:
      'CREATE TABLE bench_touches (account_id String, type LowCardinality(String), day Int32, n UInt32) ENGINE = MergeTree ORDER BY (account_id, day)',
  })
  await client.command({
    query: `INSERT INTO bench_touches SELECT account_id, type, toInt32(day), n FROM touch_daily AS t FINAL INNER JOIN memberships AS m ON m.profile_id = t.node`,
  })
}

/** For every day from the first to the last; answers how many account-days. */
export async function bareSum(
  { client }: Database,
  model: IntentModel,
  { first, last, accounts = [] }: { readonly first: number; readonly last: number; readonly accounts?: readonly string[] },
): Promise<number> {
  const { types, weights, lives } = weightsOf(model)
  const result = await client.query({
    query: `
      SELECT count() AS n, sum(points) AS checked FROM
      (
          SELECT account_id, asof, sum(n * transform(type, {types:Array(String)}, {weights:Array(Float64)}, 0.) * exp2(-(asof - day) / transform(type, {types:Array(String)}, {lives:Array(Float64)}, 1.))) AS points
          FROM bench_touches
          ${first === last ? `` : `ARRAY JOIN range(toUInt32(greatest(day, {first:Int32})), toUInt32({last:Int32}) + 1) AS asof_day`}
          ${accounts.length > 0 ? 'WHERE account_id IN ({accounts:Array(String)})' : ''}
          GROUP BY account_id, ${first === last ? '{last:Int32}' : 'toInt32(asof_day)'} AS asof
      )`,
    query_params: { types, weights, lives, first, last, accounts },
    format: 'JSONEachRow',
  })
  return (await result.json<{ n: number }>())[0]?.n ?? 0
}

function weightsOf({ types, categories }: IntentModel) {
  const all = Object.entries(types)
  return {
    types: all.map(([type]) => type),
    weights: all.map(([, { weight }]) => weight),
    lives: all.map(([, { category }]) => (category === null ? 1 : (categories[category]?.halfLifeDays ?? 1))),
  }
}
