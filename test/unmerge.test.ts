import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayEnvironment, KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { waymark } from './waymark.ts'

interface Profile {
  readonly profileId: string
  readonly identifiers: readonly { readonly type: string; readonly value: string }[]
}
interface Merges {
  readonly data: readonly { readonly mergeId: string; readonly kind: string; readonly right: { readonly value: string } }[]
}

const data = temporaryDataDir()
let gateway: RunningGateway

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
  const { status } = await send(gateway, [
    { type: 'page', anonymousId: 'kiosk', messageId: 'k1', properties: { path: '/pricing' } },
    { type: 'identify', anonymousId: 'kiosk', userId: 'ana', messageId: 'k2', traits: { email: 'ana@kiosk-works.com' } },
    { type: 'page', anonymousId: 'phone', messageId: 'k3', properties: { path: '/' } },
    { type: 'identify', anonymousId: 'phone', userId: 'ana', messageId: 'k4' },
  ])
  expect(status).toBe(200)
  await runJobs(gateway)
})
afterAll(async () => {
  await gateway.stop()
  data.remove()
})

const undo = (id: string, key: string = KEYS.secret) =>
  fetch(`${gateway.url}/v1/merges/${id}/undo`, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
const profileOf = async (anonymousId: string) => (await read<Profile>(gateway, `/v1/profiles/anonymous_id/${anonymousId}`)).profileId
const ledgerOf = async (anonymousId: string) => (await read<Merges>(gateway, `/v1/profiles/anonymous_id/${anonymousId}/merges`)).data
async function mergeOf(anonymousId: string) {
  const merges = await ledgerOf(anonymousId)
  return merges.find(({ kind, right }) => kind === 'merge' && right.value === anonymousId)?.mergeId ?? ''
}
const ana = async () => (await read<Profile>(gateway, '/v1/profiles/user_id/ana')).profileId

test('an undone merge leaves the device apart after the next run, and stays in the ledger as undone', async () => {
  expect(await profileOf('kiosk')).toBe(await ana())
  const mergeId = await mergeOf('kiosk')
  const answer = await undo(mergeId)
  expect([answer.status, await answer.json()]).toEqual([200, { mergeId, undone: true, message: expect.stringContaining('next run') }])
  expect(await profileOf('kiosk')).toBe(await ana())
  await runJobs(gateway, { jobs: ['stitch', 'memberships'] })
  expect(await profileOf('kiosk')).not.toBe(await ana())
  expect(await profileOf('phone')).toBe(await ana())
  expect((await ledgerOf('kiosk')).map(({ kind }) => kind)).toEqual(['undo'])
  expect((await undo(mergeId)).status).toBe(404)
})

test('waymark unmerge does the same through the running gateway', async () => {
  const env = gatewayEnvironment(data.path)
  const done = await waymark(['unmerge', await mergeOf('phone')], env)
  expect(done).toMatchObject({ code: 0, output: expect.stringContaining('next run') })
  await runJobs(gateway, { jobs: ['stitch', 'memberships'] })
  expect(await profileOf('phone')).not.toBe(await ana())
  expect(await waymark(['unmerge', 'm_unknown'], env)).toMatchObject({ code: 1, output: expect.stringContaining('No merge has the id') })
  expect(await waymark(['unmerge'], env)).toMatchObject({ code: 2, output: expect.stringContaining('Usage: waymark unmerge') })
})

test('only a key with the scope merge may undo, and only a merge that is known', async () => {
  const unknown = await undo('m_unknown')
  expect([unknown.status, await unknown.json()]).toEqual([
    404,
    { error: { code: 'unknown_merge', message: expect.stringContaining('m_unknown') } },
  ])
  expect((await undo('m_unknown', 'sk_wrong')).status).toBe(401)
  expect((await undo('m_unknown', '')).status).toBe(401)
})
