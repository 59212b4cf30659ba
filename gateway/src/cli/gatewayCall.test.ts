import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { loadConfig } from '../config.ts'
import { gatewayCall } from './gatewayCall.ts'

it('the key of this machine goes to no gateway that --host names, only one that is given', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const edges = {
    config: loadConfig({ SECRET_KEYS: 'ops:sk_of_this_machine' }, '/nowhere'),
    terminal: { out: () => undefined, err: () => undefined, isTty: false, columns: 80 },
    signals: { once: () => undefined },
    now: () => 0,
  }
  await expect(gatewayCall(edges, { host }, 'read')).rejects.toThrow(`Give --key for the gateway at ${host}`)
  await (await gatewayCall(edges, { host, key: 'sk_given' }, 'read')).send('GET', '/v1/plans')
  const config = loadConfig({ SECRET_KEYS: 'ops:sk_of_this_machine', WAYMARK_KEY: 'sk_of_there' }, '/nowhere')
  await (await gatewayCall({ ...edges, config }, { host }, 'read')).send('GET', '/v1/plans')
  expect(seen).toEqual(['Bearer sk_given', 'Bearer sk_of_there'])
  server.close()
})
