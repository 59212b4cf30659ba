import type { ClickHouseClient } from '@clickhouse/client'
import { dropBrokenParts, findBrokenParts } from '../../quarantine/brokenParts.ts'
import { type Diagnosis, errorWords, say } from './diagnosis.ts'

const at = say('tables')

export interface BrokenPartsWish {
  /** Removes them now, whatever their age. */
  readonly isDropped: boolean
  /** After so many days a gateway removes them by itself; null: of a cluster none does. */
  readonly days: number | null
}

/** What the engine set aside when it started. `client` works in the database of this name. */
export async function brokenParts(client: ClickHouseClient, database: string, { isDropped, days }: BrokenPartsWish): Promise<Diagnosis[]> {
  // A user of a server may not be allowed to look.
  const found = await findBrokenParts(client, database).catch(() => null)
  if (found === null || found.length === 0) return isDropped ? [nothing(found === null)] : []
  const which = `${found.length}, of ${[...new Set(found.map(({ table }) => table))].join(', ')}`
  if (isDropped) return [await drop(client, found, which)]
  return [
    at(
      'warn',
      `Parts of tables could not be read at a start and were set aside: ${which}. They were cut off at a full volume, and put in again since, or the disk lost what it held.`,
      `If the log says “events are not accounted for”, restore a backup. They may hold data of persons: ${
        days === null
          ? 'no gateway removes them of a cluster. Do it at each of its servers, as docs/OPERATIONS.md says (the disk is full).'
          : `a gateway removes them ${days} days after they were set aside (QUARANTINE_DAYS), waymark doctor --drop-broken at once.`
      }`,
    ),
  ]
}

function nothing(isHidden: boolean): Diagnosis {
  return isHidden
    ? at('bad', 'Whether parts were set aside cannot be looked up.', 'The user needs: GRANT SELECT ON system.detached_parts')
    : at('ok', 'No parts of tables are set aside: none were removed.')
}

async function drop(client: ClickHouseClient, found: Parameters<typeof dropBrokenParts>[1], which: string): Promise<Diagnosis> {
  try {
    await dropBrokenParts(client, found)
    return at('ok', `Parts of tables that could not be read at a start were removed: ${which}.`)
  } catch (error) {
    return at(
      'bad',
      `Parts of tables that were set aside cannot be removed: ${errorWords(error).slice(0, 200)}`,
      'Do what it says and repeat.',
    )
  }
}
