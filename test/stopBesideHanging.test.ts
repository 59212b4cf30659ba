import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KEYS, send, startGateway, temporaryDataDir } from './gateway.ts'

test('a gateway whose engine hangs, in the middle of loading and of the jobs, stops before that engine is given up', async () => {
  const folder = temporaryDataDir()
  const gateway = await startGateway({ dataDir: folder.path })
  try {
    const { pid } = JSON.parse(readFileSync(join(folder.path, 'engine.json'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGSTOP')
    expect(await send(gateway, [{ type: 'track', event: 'Sent Late', userId: 'u-1', messageId: 'late-1' }])).toMatchObject({ status: 200 })
    const headers = { authorization: `Bearer ${KEYS.secret}` }
    const run = fetch(`${gateway.url}/v1/jobs/run`, { method: 'POST', headers }).catch(() => null)
    // Requests are taken in their order.
    await fetch(`${gateway.url}/healthz`)
    expect(await gateway.stop()).toBe(0)
    expect(gateway.output()).not.toContain('it answered nothing')
    await run
  } finally {
    await gateway.kill()
    folder.remove()
  }
})
