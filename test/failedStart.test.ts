import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, gatewayEnvironment, startGateway, temporaryDataDir } from './gateway.ts'
import { waymark } from './waymark.ts'

test('a gateway that cannot start says why, ends, and leaves its folder free', async () => {
  const data = temporaryDataDir()
  const taken = createServer()
  await new Promise<void>(done => taken.listen(0, '127.0.0.1', done))
  const { port } = taken.address() as AddressInfo
  const failed = await waymark(['serve', '--empty'], gatewayEnvironment(data.path, { PORT: String(port) }))
  expect(failed).toMatchObject({ code: 1, output: expect.stringContaining(`port ${port} on 127.0.0.1 is taken`) })
  taken.close()
  const gateway = await startGateway({ dataDir: data.path })
  expect(await gateway.stop()).toBe(0)
  data.remove()
})

test('a gateway whose start fails after it began to listen listens no more', async () => {
  const data = temporaryDataDir()
  writeFileSync(join(data.path, 'console.json'), '{broken')
  const failed = await waymark(['serve', '--empty'], gatewayEnvironment(data.path, { PORT: String(await freePort()) }))
  expect(failed).toMatchObject({ code: 1, output: expect.stringContaining('console.json') })
  data.remove()
})
