import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TrackingPlan } from '@waymark/schemas/plan'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { planCommand } from '../gateway/src/cli/planCommand.ts'
import { rejectedCommand } from '../gateway/src/cli/rejectedCommand.ts'
import { loadConfig } from '../gateway/src/config.ts'
import { KEYS, type RunningGateway, read, send, startGateway, temporaryDataDir } from './gateway.ts'

/** A tracking plan over a real gateway: pushed, in force within seconds, what it refuses is kept, and replayed once it is mended. */
const data = temporaryDataDir()
let gateway: RunningGateway
beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
})
afterAll(async () => {
  await gateway.stop()
  data.remove()
})

const planned = (version: number, seats: object, more: Partial<TrackingPlan> = {}): TrackingPlan => ({
  id: 'site',
  version,
  sources: { web: 'quarantine', backend: 'quarantine' },
  events: { 'Demo Requested': { properties: { properties: { seats }, required: ['seats'] } } },
  ...more,
})

async function call<T>(method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${KEYS.secret}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as T }
}

interface Replayed {
  readonly replayed: number
  readonly alreadyReplayed: number
  readonly stillRejected: { code: string; path: string; events: number }[]
  readonly notReplayable: { reason: string; events: number }[]
}
interface Listed {
  readonly data: {
    id: string
    messageId: string
    code: string
    path: string
    event: string
    receivedAt: string
    raw: string
    isReplayed: boolean
  }[]
}
interface Counts {
  readonly received: number
  readonly stored: number
  readonly pending: number
  readonly deduplicated: number
  readonly rejected: number
  readonly suppressed: number
}

const replay = (body: object) => call<Replayed>('POST', '/v1/rejected/replay', body)
const listed = async (query: string) => (await read<Listed>(gateway, `/v1/rejected?${query}`)).data
const settled = () => call('POST', '/v1/jobs/run', { jobs: ['stitch'] })
async function stats(): Promise<Counts> {
  const { received, stored, pending, deduplicated, rejected, suppressed } = await read<Counts>(gateway, '/v1/stats')
  expect(received).toBe(stored + pending + deduplicated + rejected + suppressed)
  return { received, stored, pending, deduplicated, rejected, suppressed }
}
const push = (plan: TrackingPlan) =>
  call<{ outcome: string; error: { code: string; message: string } }>('PUT', `/v1/plans/${plan.id}`, plan)
const demo = (messageId: string, seats: unknown, more: object = {}) => ({
  type: 'track',
  event: 'Demo Requested',
  userId: 'ana',
  messageId,
  properties: { seats },
  ...more,
})
const timeline = async (id: string) =>
  (await read<{ data: { messageId: string; at: string; receivedAt: string }[] }>(gateway, `/v1/accounts/${id}/timeline`)).data

describe('a tracking plan', () => {
  test('is refused with the place of each mistake, and a reference to the network is never followed', async () => {
    const answer = await push(planned(1, { $ref: 'http://169.254.169.254/latest' }))
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({
      code: 'plan_invalid',
      message: expect.stringContaining('/events/Demo Requested/properties/properties/seats/$ref leads outside of the plan'),
    })
  })

  test('is in force a moment after it was pushed, and only its next version can follow', async () => {
    expect((await push(planned(1, { type: 'integer' }))).body.outcome).toBe('pushed')
    expect((await push(planned(1, { type: 'integer' }))).body.outcome).toBe('unchanged')
    expect(await push(planned(1, { type: 'string' }))).toMatchObject({ status: 409, body: { error: { code: 'version_conflict' } } })
    const answer = await send(gateway, [demo('plan-ok', 3), demo('plan-bad', 'three')])
    expect(answer).toMatchObject({
      status: 200,
      body: { accepted: 1, rejected: [{ index: 1, messageId: 'plan-bad', code: 'plan_wrong_type', path: '/properties/seats' }] },
    })
  })
})

describe('a rejected event, replayed after the plan was mended', () => {
  const TIME = new Date(Date.now() - 3_600_000).toISOString()

  test('is stored once, with its original time and received time, and everything adds up', async () => {
    await send(gateway, [demo('replay-1', 'five', { timestamp: TIME, groupId: 'acme', context: { groupId: 'acme' } })])
    const [kept] = await vi.waitFor(
      async () => {
        const found = (await listed('code=plan_wrong_type&event=Demo%20Requested')).filter(({ messageId }) => messageId === 'replay-1')
        expect(found).toHaveLength(1)
        return found
      },
      { timeout: 20_000, interval: 200 },
    )
    if (kept === undefined) throw new Error('nothing was kept')
    const before = await stats()
    expect(before).toMatchObject({ rejected: 2 })

    // Not mended yet: told, and left where it is.
    expect((await replay({ ids: [kept.id] })).body).toMatchObject({
      replayed: 0,
      stillRejected: [{ code: 'plan_wrong_type', path: '/properties/seats', events: 1 }],
    })
    expect((await push(planned(2, { type: ['integer', 'string'] }))).body.outcome).toBe('pushed')
    expect((await replay({ ids: [kept.id] })).body).toMatchObject({ replayed: 1, alreadyReplayed: 0, stillRejected: [] })
    expect((await replay({ ids: [kept.id] })).body).toMatchObject({ replayed: 0, alreadyReplayed: 1 })
    await settled()

    expect(await stats()).toEqual({ ...before, stored: before.stored + before.pending + 1, pending: 0, rejected: 1 })
    await call('POST', '/v1/jobs/run', {})
    const found = (await timeline('acme')).filter(({ messageId }) => messageId === 'replay-1')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ at: TIME, receivedAt: kept.receivedAt })
    expect((await listed('event=Demo%20Requested')).find(({ id }) => id === kept.id)).toMatchObject({
      isReplayed: true,
      receivedAt: kept.receivedAt,
    })
  })

  test('is found by source, name and time, all at once, and a second replay of them all does nothing', async () => {
    const { from, to } = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }
    expect((await replay({ source: 'backend', event: 'Demo Requested', from: to })).body).toMatchObject({ replayed: 0, alreadyReplayed: 0 })
    expect((await replay({ source: 'backend', event: 'Demo Requested', from, to })).body).toMatchObject({ replayed: 1, alreadyReplayed: 1 })
    expect((await replay({ source: 'backend', event: 'Demo Requested', from, to })).body).toMatchObject({ replayed: 0, alreadyReplayed: 2 })
    await settled()
    expect(await stats()).toMatchObject({ rejected: 0 })
  })

  test('that was cut, or of which nothing was kept, says so', async () => {
    await push(planned(3, { type: 'integer' }, { sources: { backend: 'block' } }))
    await send(gateway, [demo('blocked-1', 'secret words'), { ...demo('large-1', 1), properties: { text: 'x'.repeat(70_000) } }])
    await vi.waitFor(async () => expect(await listed('event=Demo%20Requested')).toHaveLength(3), { timeout: 20_000, interval: 200 })
    const [blocked] = (await listed('')).filter(({ messageId }) => messageId === 'blocked-1')
    expect(blocked?.raw).not.toContain('secret')
    expect((await replay({})).body).toMatchObject({
      replayed: 0,
      notReplayable: [
        { reason: 'cut', events: 1 },
        { reason: 'blocked', events: 1 },
      ],
    })
    expect(await stats()).toMatchObject({ rejected: 2 })
  })

  test.each([
    [{ surce: 'web' }, 'There is no field “surce”'],
    [{ ids: [] }, 'names none'],
    [{ from: 'yesterday' }, 'must be an ISO 8601 time'],
    [{ cursor: 'x' }, 'is not one that this route gave out'],
  ])('is not looked for with %j', async (body, words) => {
    const answer = await call<{ error: { message: string } }>('POST', '/v1/rejected/replay', body)
    expect(answer.status).toBe(400)
    expect(answer.body.error.message).toContain(words)
  })

  test('needs a key that may import', async () => {
    const answer = await fetch(`${gateway.url}/v1/rejected/replay`, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(401)
  })
})

test('nothing of a blocked event’s content is on the disk, wherever one looks', () => {
  const spool = join(data.path, 'spool')
  const files = readdirSync(spool, { recursive: true, encoding: 'utf8' }).filter(name => /\.(seg|open)$/.test(name))
  for (const file of files) expect(readFileSync(join(spool, file), 'utf8')).not.toContain('secret words')
})

describe('the command line', () => {
  const file = (name: string, plan: object) => {
    const path = join(data.path, name)
    writeFileSync(path, JSON.stringify(plan))
    return path
  }
  async function waymark(command: 'plan' | 'rejected', ...argv: string[]) {
    const [out, err]: string[][] = [[], []]
    const terminal = { out: (text: string) => void out?.push(text), err: (text: string) => void err?.push(text), isTty: false, columns: 80 }
    const edges = {
      config: loadConfig({ DATA_DIR: data.path, SECRET_KEYS: `ops:${KEYS.secret}` }, '/'),
      terminal,
      signals: process,
      now: Date.now,
    }
    const code = await (command === 'plan' ? planCommand : rejectedCommand)(argv, edges)
    return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' }
  }

  test('explains a mistake by file and place, and ends with 1', async () => {
    const bad = file('bad.json', { ...planned(4, {}), events: { 'Demo Requested': { properties: { requird: [] } } } })
    expect(await waymark('plan', 'lint', bad)).toMatchObject({
      code: 1,
      err: `${bad}#/events/Demo Requested/properties/requird: error: “requird” is no word of JSON Schema 2020-12; did you mean “required”\n`,
    })
    expect((await waymark('plan', 'lint', file('good.json', planned(4, {})))).code).toBe(0)
    expect((await waymark('plan', 'lint', join(data.path, 'none.json'))).code).toBe(1)
    expect((await waymark('plan', 'tidy')).code).toBe(2)
  })

  test('compares a file with what is in force, for a pipeline by its exit code', async () => {
    const narrower = await waymark('plan', 'diff', file('narrower.json', planned(4, { type: 'integer', minimum: 1 })))
    expect(narrower.code).toBe(1)
    expect(narrower.out).toContain('breaks senders  /events/Demo Requested/properties/properties/seats  has “minimum” 1 now')
    const wider = await waymark('plan', 'diff', file('wider.json', planned(4, { type: 'number' })), '--json')
    expect(wider.code).toBe(0)
    expect(JSON.parse(wider.out)).toMatchObject({ from: 3, to: 4, breaking: false })
  })

  test('pushes once, refuses a version that is taken, and pulls what was pushed', async () => {
    const plan = planned(4, { type: ['integer', 'string'] }, { sources: { backend: 'quarantine' } })
    expect(await waymark('plan', 'push', file('next.json', plan))).toMatchObject({
      code: 0,
      out: expect.stringContaining('version 4 of “site” is in force'),
    })
    expect(await waymark('plan', 'push', file('other.json', { ...plan, description: 'x' }))).toMatchObject({
      code: 1,
      err: expect.stringContaining('409'),
    })
    const pulled = await waymark('plan', 'pull', 'site')
    expect(JSON.parse(pulled.out)).toEqual(plan)
    expect((await waymark('plan', 'pull', 'site', '--version', '1')).out).toContain('"version": 1')
    expect((await waymark('plan', 'pull', 'nobody')).code).toBe(1)
    expect((await waymark('plan', 'types', file('types.json', plan), '--sdk', 'node')).out).toContain("'Demo Requested': {")
  })

  test('lists what was rejected and replays it, telling what stays and why', async () => {
    expect((await waymark('rejected', 'list', '--event', 'Demo Requested', '--json')).code).toBe(0)
    expect((await waymark('rejected', 'replay')).err).toContain('say which')
    const replayed = await waymark('rejected', 'replay', '--all')
    expect(replayed.code).toBe(1)
    expect(replayed.out).toContain('2 were replayed before')
    expect(replayed.out).toContain('1 cannot be replayed: larger than 64 KiB')
    expect((await waymark('rejected', 'replay', '--source', 'web')).out).toContain('0 events replayed')
  })
})
