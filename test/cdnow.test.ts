import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CDNOW_SAMPLE, cdnowEvents, ndjson } from './cdnow.ts'
import { freePort, gatewayEnvironment, KEYS, type RunningGateway, read, runJobs, startGateway, temporaryDataDir } from './gateway.ts'
import { differences, openTables } from './tables.ts'
import { waymark } from './waymark.ts'

interface Stats {
  readonly received: number
  readonly stored: number
  readonly pending: number
  readonly deduplicated: number
  readonly rejected: number
  readonly suppressed: number
}

const ORDERS = 6919
const AT = '2026-03-01T00:00:00Z'

describe.skipIf(!existsSync(CDNOW_SAMPLE))('the CDNOW sample through `waymark import` (needs ../shared/data/cdnow)', () => {
  const data = temporaryDataDir()
  const file = join(data.path, 'cdnow.ndjson')
  let gateway: RunningGateway
  let port: number

  beforeAll(async () => {
    writeFileSync(file, ndjson(cdnowEvents(CDNOW_SAMPLE)))
    port = await freePort()
    gateway = await startGateway({ dataDir: data.path, port })
  })
  afterAll(async () => {
    await gateway.stop()
    data.remove()
  })

  async function importFile() {
    const result = await waymark(
      ['import', file, '--source', 'cdnow', '--host', gateway.url, '--key', KEYS.secret],
      gatewayEnvironment(data.path),
    )
    expect(result, result.output).toMatchObject({ code: 0 })
    await runJobs(gateway, { at: AT })
    return read<Stats>(gateway, '/v1/stats')
  }

  async function derived() {
    const tables = openTables(data.path)
    try {
      return {
        dump: await tables.dump(),
        profiles: await tables.query<{ n: number }>('SELECT toUInt32(uniqExact(profile_id)) AS n FROM identity_map FINAL'),
        orders: await tables.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM orders FINAL'),
      }
    } finally {
      await tables.close()
    }
  }

  let first: Awaited<ReturnType<typeof derived>>
  let stats: Stats

  test('gives 2,357 profiles and 6,919 stored orders', async () => {
    stats = await importFile()
    first = await derived()
    expect(stats).toMatchObject({ received: ORDERS, stored: ORDERS, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 })
    expect(first.profiles).toEqual([{ n: 2357 }])
    expect(first.orders).toEqual([{ n: ORDERS }])
  })

  test('imported again changes no derived table and counts 6,919 more duplicates', async () => {
    const again = await importFile()
    expect(again).toMatchObject({ received: 2 * ORDERS, stored: ORDERS, deduplicated: ORDERS, pending: 0 })
    expect(differences(first.dump, (await derived()).dump)).toEqual({})
  })

  test('imported again after a restart of the gateway, the same', async () => {
    await gateway.stop()
    gateway = await startGateway({ dataDir: data.path, port })
    const again = await importFile()
    expect(again).toMatchObject({ received: 3 * ORDERS, stored: ORDERS, deduplicated: 2 * ORDERS, pending: 0 })
    expect(differences(first.dump, (await derived()).dump)).toEqual({})
  })

  test('every derived table emptied and computed again is identical', async () => {
    const tables = openTables(data.path)
    try {
      await tables.empty()
      await runJobs(gateway, { at: AT })
      expect(differences(first.dump, await tables.dump())).toEqual({})
    } finally {
      await tables.close()
    }
  })
})
