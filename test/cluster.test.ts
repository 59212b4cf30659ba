import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../gateway/src/db/open.ts'
import { CLUSTER_SETTINGS } from '../gateway/src/db/settings.ts'
import { findPresence } from '../gateway/src/ingest/load/presence.ts'
import { type Front, startFront } from './cluster/front.ts'
import { CLUSTER, type Shard, startShards } from './cluster/shards.ts'
import { KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { history } from './history.ts'
import { differences, openTables, type Tables, tablesAt } from './tables.ts'

vi.setConfig({ testTimeout: 180_000 })

const SEED = 46
const past = history({ seed: SEED, companies: 4, days: 14 })
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
}, 300_000)
afterAll(async () => {
  for (const tables of running.tables) await tables.close()
  for (const gateway of [running.cluster, running.single]) {
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

function gateways(): { cluster: RunningGateway; single: RunningGateway } {
  const { cluster, single } = running
  if (cluster === undefined || single === undefined) throw new Error('no gateways')
  return { cluster, single }
}

test('a cluster of two shards computes what one engine computes, table by table', async () => {
  const [single, cluster] = bothTables()
  const content = await single.content()
  expect(content.account_scores).not.toBe('')
  expect(differences(content, await cluster.content())).toEqual({})
})

test('its readers say what those of one engine say', async () => {
  const { cluster, single } = gateways()
  const told = async (gateway: RunningGateway) => {
    const accounts = await read<{ data: { accountId: string }[] }>(gateway, '/v1/accounts?limit=50')
    const first = accounts.data[0]?.accountId
    const paths = [
      '/v1/accounts?q=company&sort=-score&limit=3',
      ...['', '/score', `/score?at=${past.end.slice(0, 10)}`, '/changes', '/journey', '/timeline?limit=20'].map(
        part => `/v1/accounts/${first}${part}`,
      ),
      '/v1/profiles/user_id/u-46-0-0',
      '/v1/profiles/user_id/u-46-0-0/merges',
    ]
    const answers: Record<string, unknown> = { accounts }
    for (const path of paths) answers[path] = await read(gateway, path)
    // All but when it was told.
    return JSON.parse(JSON.stringify(answers, (name, value: unknown) => (name === 'receivedAt' ? undefined : value)))
  }
  expect(await told(cluster)).toEqual(await told(single))
})

test('what is refused, replayed and undone on it is accounted for', async () => {
  const { cluster } = gateways()
  const { status } = await send(
    cluster,
    [
      { type: 'track', userId: 'u-46-0-0', messageId: 'nameless' },
      { type: 'track', event: 'Named', userId: 'u-46-0-0', messageId: 'named' },
    ],
    { key: KEYS.server },
  )
  expect(status).toBe(200)
  const stats = () => read<{ received: number; stored: number; pending: number; rejected: number }>(cluster, '/v1/stats')
  await vi.waitFor(async () => expect(await stats()).toMatchObject({ pending: 0, rejected: 1, stored: past.events.length + 1 }), {
    timeout: 30_000,
  })
  expect(await read(cluster, '/v1/rejected')).toMatchObject({ data: [{ messageId: 'nameless' }] })
  const post = async (path: string) =>
    (
      await fetch(cluster.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEYS.secret}`, 'content-type': 'application/json' },
        body: '{}',
      })
    ).json()
  expect(await post('/v1/rejected/replay')).toMatchObject({ replayed: 0, stillRejected: [{ code: 'required', events: 1 }] })

  const [, tables] = bothTables()
  const [merge] = await tables.query<{ id: string }>(
    "SELECT entry_id AS id FROM identity_ledger FINAL WHERE kind = 'merge' ORDER BY id LIMIT 1",
  )
  expect(await post(`/v1/merges/${merge?.id}/undo`)).toMatchObject({ undone: true })
  await runJobs(cluster, { at: past.end })
  expect(await tables.query("SELECT count() AS n FROM identity_edges FINAL WHERE sign = 'cut'")).toEqual([{ n: 1 }])
  // Each run of the jobs is followed by the check of closed hours, places and all.
  await vi.waitFor(
    async () =>
      expect(await tables.query('SELECT count() > 0 AS is_checked, sum(segments) AS wrong FROM conservation_checks')).toEqual([
        { is_checked: 1, wrong: 0 },
      ]),
    { timeout: 30_000 },
  )
  expect(cluster.output()).not.toMatch(/"level":"error"/)
})

test('what a segment has in its tables is found on every shard', async () => {
  const [, tables] = bothTables()
  const segments = await tables.query<{ id: string; n: number }>('SELECT toString(segment_id) AS id, count() AS n FROM events GROUP BY id')
  const db = await openDatabase({ url: running.front?.url, cluster: CLUSTER })
  const present = await findPresence(
    { ...db, signal: new AbortController().signal },
    segments.map(({ id }) => id),
    0,
  )
  expect(segments.map(({ id }) => present.get(id)?.events.size)).toEqual(segments.map(({ n }) => n))
  await db.close()
})
