/** Accounts with people and touches, made by the engine from a seed: the same rows for the same options. */
import type { IntentModel } from '@waymark/schemas/model'
import type { Database } from '../../../gateway/src/db/open.ts'

export interface Market {
  readonly accounts: number
  readonly peoplePerAccount: number
  readonly touchesPerAccount: number
  /** Touches lie within so many days up to `today`. */
  readonly days: number
  /** Days since 1970-01-01. */
  readonly today: number
  readonly seed: number
}

/** Every fifth person decides; two in five are known by a user id only, the rest are anonymous. */
export async function storeMarket({ client }: Database, model: IntentModel, market: Market): Promise<number> {
  const { accounts, peoplePerAccount, touchesPerAccount, days, today, seed } = market
  const types = Object.keys(model.types).map(type => `'${type.replaceAll("'", "\\'")}'`)
  const dice = (number: string, salt: number) => `cityHash64(${seed}, ${salt}, ${number})`
  const account = (number: string) => `concat('account-', leftPad(toString(${number}), 8, '0'))`
  const person = (number: string, which: string) => `concat('person-', toString(${number}), '-', toString(${which}))`
  const kind = (which: string) => `if(${which} % 5 < 3, 'user_id', 'anonymous_id')`
  const everyone = `FROM (SELECT intDiv(number, ${peoplePerAccount}) AS a, number % ${peoplePerAccount} AS p FROM numbers(${accounts * peoplePerAccount}))`
  const statements = [
    `INSERT INTO identity_map (identifier_type, identifier, profile_id, version) SELECT ${kind('p')}, ${person('a', 'p')}, ${person('a', 'p')}, 1 ${everyone}`,
    `INSERT INTO memberships (profile_id, account_id, rule, certainty, primary_spans, version) SELECT ${person('a', 'p')}, ${account('a')}, 'group', 1, [(toDate32('1970-01-02'), toDate32('2299-12-31'))], 1 ${everyone}`,
    `INSERT INTO identifier_traits (identifier_type, identifier, name, value, version) SELECT ${kind('p')}, ${person('a', 'p')}, 'title', '"VP Sales"', 1 ${everyone} WHERE p % 5 = 0`,
    `INSERT INTO touch_daily (node_type, node, type, topic, day, n, first_at, last_at, version)
     SELECT ${kind('p')}, ${person('a', 'p')}, [${types.join(',')}][${dice('number', 2)} % ${types.length} + 1], '', toDate32(${today} - ${dice('number', 3)} % ${days}) AS on_day,
            1 + ${dice('number', 4)} % 3, toDateTime64(on_day, 3, 'UTC'), toDateTime64(on_day, 3, 'UTC'), 1
     FROM (SELECT number, ${dice('number', 0)} % ${accounts} AS a, ${dice('number', 1)} % ${peoplePerAccount} AS p FROM numbers(${accounts * touchesPerAccount}))`,
    'OPTIMIZE TABLE touch_daily FINAL',
  ]
  for (const query of statements) await client.command({ query })
  const counted = await client.query({ query: 'SELECT count() AS n FROM touch_daily FINAL', format: 'JSONEachRow' })
  return (await counted.json<{ n: number }>())[0]?.n ?? 0
}
