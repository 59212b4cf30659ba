import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { type GatewayProcess, startGateway } from './faults/gatewayProcess.ts'
import { faultsOf, judge } from './faults/judge.ts'
import { pause } from './faults/launch.ts'
import { startLoad, tally } from './faults/load.ts'
import { untilDrained, untilReady } from './faults/watch.ts'
import { temporaryDataDir } from './gateway.ts'

/** Two gateways on one folder: one runs the engine, both take events, and either may die. */
const data = temporaryDataDir()
const alive: GatewayProcess[] = []
const until = { timeout: 30_000, interval: 100 }

afterAll(async () => {
  for (const gateway of alive) await gateway.killAll()
  data.remove()
})

const enginePid = () => (JSON.parse(readFileSync(join(data.path, 'engine.json'), 'utf8')) as { pid: number }).pid

test('the second takes over engine and spool of the first when that is killed; both acknowledge all along, and every event is there once', async () => {
  const first = await startGateway({ dataDir: data.path })
  const second = await startGateway({ dataDir: data.path, env: { ROLE: 'ingest', LOG_LEVEL: 'warn' } })
  alive.push(first, second)
  // The link that the first has printed is not ended by another.
  expect([first, second].map(gateway => gateway.output().includes('/console/set-up?token='))).toEqual([true, false])
  const before = enginePid()
  const plan = { connections: 8, perRequest: 10, eventsPerSecond: 1000 }
  const [toFirst, toSecond] = [startLoad({ url: first.url, ...plan }), startLoad({ url: second.url, ...plan })]
  await pause(700)
  expect(existsSync(join(data.path, 'spool', 'gateway-2'))).toBe(true)

  first.signal('SIGKILL')
  await toFirst.stop()
  await vi.waitFor(() => expect(enginePid()).not.toBe(before), until)
  await untilReady(second)
  expect(second.output()).toContain('this one takes over')
  await toSecond.stop()
  expect(toSecond.answers.filter(({ status }) => status !== 200).length, tally(toSecond.answers)).toBe(0)

  // What the first had acknowledged and not loaded waits in its folder: it is adopted by the one that lives, or by the next.
  const third = await startGateway({ dataDir: data.path })
  alive.push(third)
  await Promise.all([second, third].map(gateway => untilDrained(gateway)))
  const acknowledged = new Set([...toFirst.acknowledged, ...toSecond.acknowledged])
  expect(toFirst.acknowledged.size).toBeGreaterThan(100)
  expect(faultsOf(await judge(data.path, acknowledged), 500)).toEqual([])
}, 90_000)
