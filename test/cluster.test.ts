import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { CLUSTER_SETTINGS } from '../gateway/src/db/settings.ts'
import { type Front, startFront } from './cluster/front.ts'
import { CLUSTER, type Shard, startShards } from './cluster/shards.ts'
import { KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { history } from './history.ts'
import { differences, openTables, type Tables, tablesAt } from './tables.ts'

const SEED = 46
const past = history({ seed: SEED, companies: 8, days: 30 })
const folders = [temporaryDataDir(), temporaryDataDir(), temporaryDataDir()] as const
const running: { shards?: readonly Shard[]; front?: Front; cluster?: RunningGateway; single?: RunningGateway; tables: Tables[] } = {
  tables: [],
}

beforeAll(async () => {
  running.shards = await startShards(folders[0].path)
  running.front = await startFront(running.shards, 'waymark')
  const [cluster, single] = await Promise.all([
    startGateway({
      dataDir: folders[1].path,
      env: { ROLE: 'ingest', CLICKHOUSE_URL: running.front.url, CLICKHOUSE_CLUSTER: CLUSTER },
    }),
    startGateway({ dataDir: folders[2].path, env: { ROLE: 'ingest' } }),
  ])
  running.cluster = cluster
  running.single = single
  for (const gateway of [cluster, single]) {
    // Its tables may take longer than the eight seconds that a gateway waits before it says that it listens.
    await vi.waitFor(() => read(gateway, '/readyz?for=read'), { timeout: 60_000, interval: 200 })
    for (let at = 0; at < past.events.length; at += 400) {
      const reply = await send(gateway, past.events.slice(at, at + 400), { key: KEYS.server, path: '/v1/import' })
      expect(reply).toMatchObject({ status: 200, body: { rejected: [] } })
    }
    await runJobs(gateway, { at: past.end })
  }
})
afterAll(async () => {
  for (const tables of running.tables) await tables.close()
  for (const gateway of [running.cluster, running.single]) {
    if (process.env.SHOW) console.log(gateway?.output())
    await gateway?.stop()
  }
  await running.front?.close()
  for (const shard of running.shards ?? []) await shard.stop()
  for (const folder of folders) folder.remove()
})

function bothTables(): readonly [Tables, Tables] {
  const { username, password, origin } = new URL(running.front?.url ?? '')
  const both = [
    openTables(folders[2].path),
    tablesAt({ url: origin, username, password, database: 'waymark', clickhouse_settings: CLUSTER_SETTINGS }),
  ] as const
  running.tables.push(...both)
  return both
}

test('a cluster of two shards computes what one engine computes, table by table', async () => {
  const [single, cluster] = bothTables()
  const content = await single.content()
  expect(content.account_scores).not.toBe('')
  expect(differences(content, await cluster.content())).toEqual({})
})
