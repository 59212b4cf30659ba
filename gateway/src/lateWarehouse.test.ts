import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClickHouseError } from '@clickhouse/client'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from './config.ts'
import { EngineHeld, openEngine } from './db/engine/supervise.ts'
import { ServerUnusable } from './db/open.ts'
import { reachWarehouse, shortReason } from './lateWarehouse.ts'
import { createLog } from './log.ts'

const unusable = (cause: Error) =>
  new ServerUnusable(`ClickHouse at https://db.internal:8443 cannot be used as admin: ${cause.message}`, { cause })

test.each([
  ['a server that never answers', new Error('Timeout error.')],
  ['a certificate that nobody signed', Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
  ['a port of something else', Object.assign(new Error('Parse Error: Expected HTTP/'), { code: 'HPE_INVALID_CONSTANT' })],
  ['an address of nobody', Object.assign(new Error('connect ECONNREFUSED db.internal:8443'), { code: 'ECONNREFUSED' })],
])('the reason that anybody may read names neither address nor user: %s', (_, cause) => {
  expect(shortReason(unusable(cause), false)).not.toMatch(/db\.internal|8443|admin/)
  expect(shortReason(unusable(cause), false)).toContain('check')
})

test.each(['EACCES', 'ENOSPC', 'EROFS', 'EMFILE', 'ENOENT'])('%s is told of the folder, not of an address that nobody set', code => {
  const file = Object.assign(new Error(`${code}: open '/srv/private/engine/users.xml'`), { code, path: '/srv/private/engine/users.xml' })
  for (const error of [file, new Error('the engine could not be started', { cause: file })]) {
    expect(shortReason(error, true)).toMatch(new RegExp(`DATA_DIR.*${code}`))
    expect(shortReason(error, true)).not.toMatch(/CLICKHOUSE_URL|address|private/)
  }
})

test.each([
  ['a connection that is refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['an answer that is none', unusable(new Error('odd'))],
  ['a refusal', new ClickHouseError({ message: 'no', code: '516', type: 'AUTHENTICATION_FAILED' })],
])('nobody who runs the embedded engine is sent to CLICKHOUSE_URL: %s', (_, error) => {
  expect(shortReason(error, true)).not.toContain('CLICKHOUSE_URL')
  expect(shortReason(error, true)).toMatch(/doctor|log/)
  expect(shortReason(error, false)).toContain('CLICKHOUSE_URL')
})

test('an engine that somebody else holds is told with who it is, without the folder', () => {
  const words = shortReason(new EngineHeld('waymark keys (process 4711)', '/srv/private'), true)
  expect(words).toMatch(/^waymark keys \(process 4711\) holds the embedded engine.*goes on by itself/)
  expect(words).not.toMatch(/private|CLICKHOUSE_URL/)
  expect(shortReason(new EngineHeld(null, '/srv/private'), true)).toMatch(/^another process holds/)
})

test('a command that ends while a gateway starts on its engine is no trouble: the gateway takes over, and its first try counts', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-late-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  const supervise = new URL('./db/engine/supervise.ts', import.meta.url).href
  const script = `import { openEngine } from '${supervise}'; await openEngine({ dataDir: process.argv[1], memory: 2 ** 30, name: 'waymark keys' }); console.log('open'); setInterval(() => {}, 1000)`
  const command = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void command.kill('SIGKILL'))
  await once(command.stdout, 'data')

  const lines: string[] = []
  const reasons: string[] = []
  let tries = 0
  const late = reachWarehouse({
    config: loadConfig({ DATA_DIR: dataDir }, '/'),
    log: createLog({ level: 'warn', write: line => lines.push(line), now: Date.now }),
    async prepare({ client }) {
      const state = late.state()
      if (state.is === 'away') reasons.push(state.reason)
      if (++tries > 1) return
      command.kill('SIGKILL')
      await once(command, 'exit')
      // The engine ends with its holder, a moment later.
      for (;;) await client.query({ query: 'SELECT 1' }).then(answer => answer.text())
    },
  })
  onTestFinished(() => late.close())
  expect(await late.firstTry).toBe(true)
  expect(late.state()).toEqual({ is: 'up' })
  expect(reasons.slice(1)).toEqual(['the process that held the embedded engine ended, and this one takes over by itself'])
  expect(lines.filter(line => line.includes('"error"'))).toEqual([])
  expect(late.engine()?.state()).toMatchObject({ role: 'holder', isUp: true })
}, 60_000)

test('what is wrong with the tables of an engine that another process holds is told at the first try, not taken for a change of hands', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-late-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  const holder = await openEngine({ dataDir, memory: 2 ** 30, name: 'waymark serve' })
  onTestFinished(() => holder.close())
  let tries = 0
  const troubles = [
    new Error('The database has a migration of a newer version'),
    Object.assign(new Error('no room'), { code: 'ENOSPC' }),
    new ClickHouseError({ message: 'no', code: '497', type: 'ACCESS_DENIED' }),
  ]
  for (const trouble of troubles) {
    const late = reachWarehouse({
      config: loadConfig({ DATA_DIR: dataDir }, '/'),
      log: createLog({ level: 'warn', write: () => undefined, now: Date.now }),
      prepare() {
        tries++
        return Promise.reject(trouble)
      },
    })
    onTestFinished(() => late.close())
    expect(await late.firstTry).toBe(false)
    expect(late.state()).toEqual({ is: 'away', reason: shortReason(trouble, true) })
    await late.close()
  }
  expect(tries).toBe(troubles.length)
}, 60_000)
