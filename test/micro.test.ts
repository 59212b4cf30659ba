import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Analytics } from '@segment/analytics-node'
import { afterEach, describe, expect, test } from 'vitest'
import { Waymark } from '../sdk-node/src/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const READY = /waymark micro listening on (http:\/\/\S+)/

interface Micro {
  readonly url: string
  readonly folder: string
  /** Of `/micro/…`. */
  get(path: string): Promise<{ total: number; data: { readonly [name: string]: unknown }[] }>
  end(): Promise<number | null>
}

/** `files` stand in the folder that it is started in. */
async function startMicro(args: readonly string[] = [], files: { readonly [name: string]: unknown } = {}): Promise<Micro> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-micro-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content))
  const env = { PATH: process.env.PATH ?? '', DATA_DIR: join(folder, 'data') }
  const child: ChildProcess = spawn(process.execPath, [join(root, 'gateway/waymark.js'), 'micro', '--port', '0', ...args], {
    cwd: folder,
    env,
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const ended = new Promise<number | null>(done => child.once('exit', done))
  const url = await new Promise<string>((done, fail) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk
      const found = READY.exec(text)?.[1]
      if (found !== undefined) done(found)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    void ended.then(code => fail(new Error(`micro ended with ${code}: ${text}`)))
  })
  return {
    url,
    folder,
    get: async path => (await (await fetch(`${url}/micro/${path}`)).json()) as Awaited<ReturnType<Micro['get']>>,
    async end() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const running: { micro: Micro | null } = { micro: null }
const micro = () => running.micro ?? expect.unreachable('micro was not started')

afterEach(async () => {
  await running.micro?.end()
  if (running.micro !== null) rmSync(running.micro.folder, { recursive: true, force: true })
  running.micro = null
})

const PLAN = {
  id: 'site',
  version: 3,
  sources: { web: 'quarantine', '*': 'observe' },
  events: { 'Invoice Paid': { properties: { properties: { amount: { type: 'number' } }, required: ['amount'] } } },
}

describe('waymark micro, as somebody else’s tests use it', () => {
  test('tells what Segment’s and our own SDK sent, unmodified but for the host, and leaves nothing on the disk', async () => {
    running.micro = await startMicro()
    const segment = new Analytics({ writeKey: 'any-key', host: micro().url, flushAt: 1 })
    segment.track({ userId: 'u_1', event: 'Invoice Paid', properties: { amount: 10 } })
    const ours = new Waymark({ writeKey: 'other-key', host: micro().url })
    ours.identify({ userId: 'u_2', traits: { email: 'ana@acme.test' } })
    await Promise.all([segment.closeAndFlush(), ours.close()])
    const { total, data } = await micro().get('good?least=2&within=10000')
    expect(total).toBe(2)
    expect(data.find(({ type }) => type === 'track')).toMatchObject({ source_id: 'any-key', user_id: 'u_1', properties: { amount: 10 } })
    expect(data.find(({ type }) => type === 'identify')).toMatchObject({ source_id: 'other-key', traits: { email: 'ana@acme.test' } })
    expect(await micro().get('bad')).toEqual({ total: 0, data: [] })
    await fetch(`${micro().url}/micro/reset`, { method: 'POST' })
    expect(await micro().get('all')).toMatchObject({ total: 0 })
    expect(readdirSync(micro().folder)).toEqual([])
    expect(await micro().end()).toBe(0)
  })

  test('holds senders to the plans that it was given', async () => {
    running.micro = await startMicro(['--plan', 'plan.json'], { 'plan.json': PLAN })
    for (const writeKey of ['web', 'backend']) {
      const ours = new Waymark({ writeKey, host: micro().url })
      ours.on('error', () => undefined)
      ours.track({ userId: 'u_1', event: 'Invoice Paid', properties: { amount: 'ten' } })
      ours.track({ userId: 'u_1', event: 'Invoice Paid', properties: { amount: 10 } })
      await ours.close()
    }
    const { total, data } = await micro().get('violations?least=2&within=10000')
    expect(total).toBe(2)
    const broken = {
      plan: 'site',
      version: 3,
      code: 'plan_wrong_type',
      path: '/properties/amount',
      message: 'properties.amount must be number',
    }
    expect(data).toMatchObject([
      { source: 'web', mode: 'quarantine', ...broken },
      { source: 'backend', mode: 'observe', ...broken },
    ])
    expect((await micro().get('bad')).data).toMatchObject([
      { source: 'web', code: 'plan_wrong_type', event: { properties: { amount: 'ten' } } },
    ])
    expect(await micro().get('good')).toMatchObject({ total: 3 })
  })

  test.each<[string, readonly string[], RegExp]>([
    ['that is none', ['--plan', 'bad.json'], /bad\.json#\/version: error/],
    ['that is not there', ['--plan', 'none.json'], /none\.json cannot be read/],
    ['whose source another one has', ['--plan', 'plan.json', '--plan', 'rival.json'], /“web”, which has the plan “site” already/],
  ])('does not start with a plan %s', async (_, args, message) => {
    const files = {
      'plan.json': PLAN,
      'bad.json': { ...PLAN, version: 0 },
      'rival.json': { ...PLAN, id: 'rival', sources: { web: 'block' } },
    }
    await expect(startMicro(args, files)).rejects.toThrow(message)
  })
})
