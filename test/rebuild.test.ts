import { afterAll, expect, test } from 'vitest'
import { KEYS, type RunningGateway, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { type History, history, seeded, shuffled } from './history.ts'
import { differences, openTables, type Tables } from './tables.ts'

const folders = [temporaryDataDir(), temporaryDataDir()]
const running: RunningGateway[] = []
afterAll(async () => {
  await Promise.all(running.map(gateway => gateway.stop()))
  for (const folder of folders) folder.remove()
})

/** No scheduler: the jobs run when the test says so. */
async function start(folder: { path: string } | undefined): Promise<RunningGateway> {
  const gateway = await startGateway({ dataDir: folder?.path ?? '', env: { ROLE: 'ingest' } })
  running.push(gateway)
  return gateway
}

async function importAll(gateway: RunningGateway, events: readonly object[]) {
  for (let at = 0; at < events.length; at += 400) {
    const reply = await send(gateway, events.slice(at, at + 400), { key: KEYS.server, path: '/v1/import' })
    expect(reply).toMatchObject({ status: 200, body: { rejected: [] } })
  }
}

const SEED = 20_260_301
const past: History = history({ seed: SEED, companies: 25, days: 70 })

test(`a history in any order, in batches with copies, gives the same people, accounts, scores and stages (seed ${SEED})`, async () => {
  const [one, other] = [await start(folders[0]), await start(folders[1])]
  await importAll(one, past.events)
  await runJobs(one, { at: past.end })

  const random = seeded(SEED + 1)
  const mixed = shuffled(past.events, random)
  const copies = past.events.filter(() => random() < 0.1)
  const size = Math.ceil(mixed.length / 4)
  for (let batch = 0; batch < 4; batch += 1) {
    await importAll(other, [...mixed.slice(batch * size, (batch + 1) * size), ...copies.slice(0, batch * 20)])
    await runJobs(other, { at: past.end })
  }

  const [first, second] = [openTables(one.dataDir), openTables(other.dataDir)]
  const content = await first.content()
  expect(JSON.parse(content.account_scores?.split('\n')[0] ?? 'null')).not.toBeNull()
  expect(differences(content, await second.content())).toEqual({})
  await first.close()
  await second.close()
})

test('every derived table emptied and computed again is identical', async () => {
  for (const gateway of running) {
    const tables = openTables(gateway.dataDir)
    const before = await tables.content()
    const exact = await tables.dump()
    await tables.empty()
    await runJobs(gateway, { at: past.end })
    expect(differences(before, await tables.content())).toEqual({})
    // To the byte where nothing arrived late: the gateway that got everything at once.
    if (gateway === running[0]) expect(differences(exact, await tables.dump())).toEqual({})
    await tables.close()
  }
})

/** An undo is nothing that could be derived: it must outlive what is. */
async function undoSomeMerges(gateway: RunningGateway, tables: Tables): Promise<number> {
  const merges = await tables.query<{ entry_id: string }>(
    "SELECT entry_id FROM identity_ledger FINAL WHERE kind = 'merge' ORDER BY entry_id LIMIT 3",
  )
  for (const { entry_id } of merges) {
    const response = await fetch(`${gateway.url}/v1/merges/${entry_id}/undo`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.secret}` },
    })
    expect(response.status).toBe(200)
  }
  return merges.length
}

test('merges that were undone stay undone when every derived table is emptied and computed again', async () => {
  for (const gateway of running.slice(0, 1)) {
    const tables = openTables(gateway.dataDir)
    const undone = await undoSomeMerges(gateway, tables)
    await runJobs(gateway, { at: past.end })
    const before = await tables.content()
    expect(before.identity_ledger?.match(/"undo"/g)).toHaveLength(undone)
    await tables.empty()
    await runJobs(gateway, { at: past.end })
    expect(differences(before, await tables.content())).toEqual({})
    await tables.close()
  }
})
