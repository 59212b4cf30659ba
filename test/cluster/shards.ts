import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../gateway.ts'

export const CLUSTER = 'two'
const ENTRY = fileURLToPath(new URL('./shard.ts', import.meta.url))
const USER = 'cluster'
const PASSWORD = 'of-this-test-only'

export interface Shard {
  /** Where it listens for HTTP. */
  readonly url: string
  stop(): Promise<void>
}

interface Ports {
  readonly http: number
  readonly tcp: number
}

/** Two engines, each a shard of one replica, with a keeper in memory. What they lack of a cluster's servers is the queue of `ON CLUSTER`. */
export async function startShards(folder: string): Promise<readonly Shard[]> {
  const ports: Ports[] = []
  for (const _ of [1, 2]) ports.push({ http: await freePort(), tcp: await freePort() })
  return Promise.all(ports.map((own, index) => startShard(join(folder, `shard-${index + 1}`), own, index + 1, ports)))
}

async function startShard(folder: string, { http, tcp }: Ports, number: number, all: readonly Ports[]): Promise<Shard> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.xml'), configXml(folder, number, all))
  writeFileSync(join(folder, 'users.xml'), USERS)
  const child = spawn(process.execPath, [ENTRY, folder, String(http), String(tcp)], {
    env: { TZ: 'UTC' },
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const words: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text))
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const url = `http://${USER}:${PASSWORD}@127.0.0.1:${http}`
  await untilReady(child, `http://127.0.0.1:${http}/ping`, words)
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function untilReady(child: ChildProcess, url: string, words: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 1200 && child.exitCode === null; tries++) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`a shard did not start: ${words.join('').slice(-2000)}`)
}

function configXml(folder: string, number: number, all: readonly Ports[]): string {
  const shards = all.map(
    ({ tcp }) => `<shard><internal_replication>true</internal_replication>
      <replica><host>127.0.0.1</host><port>${tcp}</port><user>${USER}</user><password>${PASSWORD}</password></replica></shard>`,
  )
  return `<clickhouse>
  <logger><level>none</level></logger>
  <timezone>UTC</timezone>
  <max_server_memory_usage>${2 ** 30}</max_server_memory_usage>
  <user_directories><users_xml><path>${folder}/users.xml</path></users_xml></user_directories>
  <macros><shard>${number}</shard><replica>one</replica></macros>
  <zookeeper><implementation>testkeeper</implementation></zookeeper>
  <remote_servers><${CLUSTER}>${shards.join('')}</${CLUSTER}></remote_servers>
</clickhouse>
`
}

const USERS = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
    <${USER}><password>${PASSWORD}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></${USER}>
  </users>
</clickhouse>
`
