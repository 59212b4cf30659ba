import { expect, it } from 'vitest'
import { TurnTaken } from '../db/sharedTurn.ts'
import { SpoolFull } from '../ingest/spool/spoolFull.ts'
import { createQuarantineRoutes } from './routes.ts'

it('a replay while another gateway is at it is told when to come back', async () => {
  const routes = createQuarantineRoutes({
    replay: () => Promise.reject(new TurnTaken('another process is at it for 10 s')),
    findSecretKey: () => ({ name: 'ops', scopes: ['import'] }),
  })
  const response = await routes.request('/v1/rejected/replay', { method: 'POST', headers: { authorization: 'Bearer sk_ops' } })
  expect([response.status, response.headers.get('retry-after'), await response.json()]).toMatchObject([
    429,
    '5',
    { error: { code: 'busy', message: 'Not everything was replayed: another process is at it for 10 s. Send it again in 5 s.' } },
  ])
})

it('a replay that the disk has no room for is told when to come back', async () => {
  const routes = createQuarantineRoutes({
    replay: () => Promise.reject(new SpoolFull('full', 7.2, { because: 'disk_full' })),
    findSecretKey: () => ({ name: 'ops', scopes: ['import'] }),
  })
  const response = await routes.request('/v1/rejected/replay', { method: 'POST', headers: { authorization: 'Bearer sk_ops' } })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '8'])
  expect(await response.json()).toEqual({
    error: {
      code: 'overloaded',
      message: 'Not everything was replayed, because the disk of the gateway is almost full. Send it again in 8 s.',
    },
  })
})
