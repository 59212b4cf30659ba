import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { TurnTaken, takeSharedTurn } from '../db/sharedTurn.ts'
import { openPlanBook, type PlanBook } from './book.ts'
import { plansBySource } from './bySource.ts'
import { planCopy } from './copy.ts'
import { planOf, planWith, track } from './example.fixture.ts'
import { createPlanGate } from './gate.ts'
import { activePlans, bodyQuery, headsQuery, historyQuery, listHeads, planHistory, pushPlan, readPlan } from './store.ts'
import { violationsQuery } from './violations.ts'

let test: TestDatabase
let folder: string
// Turns are forgotten a day after they were asked for, by the engine's clock.
const edges = { now: Date.now, randomUUID }

beforeAll(async () => {
  test = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'waymark-plans-'))
})
afterAll(async () => {
  await test.close()
  await rm(folder, { recursive: true })
})

describe('the table of plans', () => {
  it('takes each version once, in order, and tells what is in force', async () => {
    const versions = [1, 1, 3, 2].map(version => planWith({ id: 'order', version, sources: { order: 'observe' } }))
    const outcomes: unknown[] = []
    for (const plan of versions) outcomes.push(await pushPlan(test.db, plan, edges))
    expect(outcomes).toEqual([
      { outcome: 'pushed', version: 1 },
      { outcome: 'unchanged', version: 1 },
      expect.objectContaining({
        outcome: 'refused',
        code: 'version_conflict',
        message: expect.stringContaining('skips one; the next version is 2'),
      }),
      { outcome: 'pushed', version: 2 },
    ])
    const changed = planWith({ id: 'order', version: 2, sources: { order: 'block' } })
    expect(await pushPlan(test.db, changed, edges)).toMatchObject({
      message: expect.stringContaining('with other content; the next version is 3'),
    })
    expect((await readPlan(test.db, 'order'))?.plan).toEqual(versions[3])
    expect((await readPlan(test.db, 'order', 1))?.plan).toEqual(versions[0])
    expect((await planHistory(test.db, 'order')).map(({ version }) => version)).toEqual([2, 1])
    expect(await readPlan(test.db, 'nobody')).toBeNull()
  })

  it('lets one of many pushes of a version win', async () => {
    const rivals = Array.from({ length: 8 }, (_, n) =>
      planWith({ id: 'race', version: 1, description: `rival ${n}`, sources: { race: 'observe' } }),
    )
    const outcomes = await Promise.all(rivals.map(plan => pushPlan(test.db, plan, edges)))
    expect(outcomes.filter(({ outcome }) => outcome === 'pushed')).toHaveLength(1)
    for (const lost of outcomes.filter(({ outcome }) => outcome !== 'pushed')) expect(lost).toMatchObject({ code: 'version_conflict' })
    // Of those who lost, nothing is in force, not even behind the winner.
    expect(await planHistory(test.db, 'race')).toHaveLength(1)
  })

  it('gives a source one plan', async () => {
    const plan = planWith({ id: 'thief', sources: { race: 'block' } })
    expect(await pushPlan(test.db, plan, edges)).toMatchObject({
      code: 'source_taken',
      message: expect.stringContaining('has the plan “race”'),
    })
  })

  it('gives a source one plan also of many that are pushed for it at once, and says so to the others', async () => {
    const rivals = Array.from({ length: 8 }, (_, n) =>
      planWith({ id: `crowd-${n}`, sources: { crowd: 'observe', [`own-${n}`]: 'observe' } }),
    )
    const outcomes = await Promise.all(rivals.map(plan => pushPlan(test.db, plan, edges)))
    expect(outcomes.filter(({ outcome }) => outcome === 'pushed')).toHaveLength(1)
    for (const lost of outcomes.filter(({ outcome }) => outcome !== 'pushed'))
      expect(lost).toMatchObject({ code: 'source_taken', message: expect.stringMatching(/^source “crowd” .*a source has one plan$/) })
    const withIt = (await activePlans(test.db)).filter(({ plan }) => Object.hasOwn(plan.sources, 'crowd'))
    expect(withIt).toHaveLength(1)
  })

  it('waits for a push elsewhere, and says so where that takes too long', async () => {
    const elsewhere = await takeSharedTurn({ db: test.db, name: 'plans', ...edges })
    let waited = 0
    const pause = async () => {
      waited += 2_000
    }
    const plan = planWith({ id: 'patient', sources: { patient: 'observe' } })
    await expect(pushPlan(test.db, plan, { ...edges, now: () => edges.now() + waited, pause })).rejects.toBeInstanceOf(TurnTaken)
    expect(await readPlan(test.db, 'patient')).toBeNull()
    await elsewhere.end()
    expect(await pushPlan(test.db, plan, edges)).toEqual({ outcome: 'pushed', version: 1 })
  })

  it('is not told by a push that stood still: another may have gone on in its place', async () => {
    let lostMs = 0
    const client = new Proxy(test.db.client, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown
        if (typeof value !== 'function') return value
        const call = value.bind(target)
        if (name !== 'query') return call
        return (params: { query: string }) => {
          if (params.query.includes('tracking_plans')) lostMs = 20_000
          return call(params)
        }
      },
    })
    const plan = planWith({ id: 'asleep', sources: { asleep: 'observe' } })
    const asleep = pushPlan({ ...test.db, client }, plan, { ...edges, now: () => edges.now() + lostMs })
    await expect(asleep).rejects.toBeInstanceOf(TurnTaken)
    expect(await readPlan(test.db, 'asleep')).toBeNull()
  })

  it('is read by queries of the declared types', async () => {
    const kinds = async (query: { name: string; sql: string }, params: object) => describeQuery(test.db.client, query, params as never)
    expect(await kinds(headsQuery, {})).toEqual({ id: 'String', version: 'UInt32', pushed_at: 'Int64' })
    expect(await kinds(bodyQuery, { id: '', version: 0 })).toEqual({ id: 'String', version: 'UInt32', body: 'String', pushed_at: 'Int64' })
    expect(await kinds(historyQuery, { id: '' })).toEqual({ version: 'UInt32', pushed_at: 'Int64' })
    const span = { from: '2026-01-01 00:00:00.000', to: '2026-01-02 00:00:00.000' }
    expect(await kinds(violationsQuery, { ...span, codes: [], source: '', event: '', limit: 1 })).toEqual({
      source_id: 'LowCardinality(String)',
      event: 'String',
      code: 'LowCardinality(String)',
      path: 'String',
      observed: 'UInt64',
      refused: 'UInt64',
      last_at: 'Int64',
      message: 'String',
    })
  })
})

describe('the plans in force', () => {
  const open = async (more: Partial<Parameters<typeof openPlanBook>[0]> = {}): Promise<PlanBook> =>
    openPlanBook({ heads: () => listHeads(test.db), plans: () => activePlans(test.db), copy: planCopy(folder), reloadMs: 0, ...more })

  it('are known after a reload, by name or for every other source, and from the copy while the warehouse is away', async () => {
    await pushPlan(test.db, planOf({ required: ['a'] }, { id: 'rest', sources: { '*': 'quarantine', calm: 'observe' } }), edges)
    const book = await open()
    expect(book.of('web')).toBeNull()
    await book.reload()
    expect([book.decides('web'), book.decides('calm'), book.decides('order')]).toEqual([true, false, false])
    expect(book.of('web')?.check(track('One', {}))).toHaveLength(1)

    const stale = vi.fn()
    const away = () => Promise.reject(new Error('away'))
    const later = await open({ heads: away, plans: away, onStale: stale })
    await later.reload()
    await later.reload()
    expect(later.of('web')?.check(track('One', {}))).toHaveLength(1)
    expect(stale).toHaveBeenCalledTimes(1)
    for (const one of [book, later]) one.close()
  })

  it('of two that name a source the first holds', () => {
    const of = plansBySource(
      ['block', 'observe'].map(mode => planWith({ id: mode, sources: { web: mode as 'block' | 'observe', [mode]: 'quarantine' } })),
      vi.fn(),
    )
    expect([of('web')?.plan.id, of('observe')?.plan.id, of('app')]).toEqual(['block', 'observe', null])
  })

  it('follow a push by themselves', async () => {
    const book = await open({ reloadMs: 5 })
    await pushPlan(test.db, planWith({ id: 'late', sources: { late: 'block' } }), edges)
    await vi.waitFor(() => expect(book.decides('late')).toBe(true), { timeout: 10_000 })
    book.close()
    // What was under way would write its copy after this test.
    await book.reload()
  })

  it('lose no event to a plan that cannot be checked, nor a start to a copy that cannot be read', async () => {
    const broken = planOf({ properties: { a: { type: 'nonsense' } } }, { sources: { web: 'block' } })
    const told: string[] = []
    const book = await open({
      copy: { read: async () => [{ plan: broken, pushedAt: 0 }], write: async () => undefined },
      onBroken: id => void told.push(id),
    })
    expect(book.of('web')?.check(track('One'))).toEqual([])
    expect(book.of('web')?.check(track('One'))).toEqual([])
    expect(told).toEqual(['one'])
    await writeFile(join(folder, 'tracking-plans.json'), '{"half')
    expect((await open()).active()).toEqual([])
  })
})

describe('the gate of a plan', () => {
  const arrival = { source: { sourceId: 'web', trust: 'browser' } as const, userAgent: 'Mozilla/5.0', isHistorical: false }
  const gate = async (mode: 'observe' | 'quarantine' | 'block') => {
    const plans = [{ plan: planWith({ sources: { web: mode } }), pushedAt: 0 }]
    return createPlanGate(
      await openPlanBook({
        heads: async () => [],
        plans: async () => [],
        copy: { read: async () => plans, write: async () => undefined },
        reloadMs: 0,
      }),
    )
  }
  const event = {
    ...track('Demo Requested', { seats: 'x' }),
    sentAt: '2026-03-01T09:00:00.000Z',
    context: { groupId: 'acme', ip: '203.0.113.9' },
  }
  const given = { event: 'Demo Requested', userId: 'u', properties: { seats: 'x', __proto__: { a: 1 } }, _received: { trust: 'server' } }

  it('keeps for quarantine the event as it came, what its batch said, and how it came; never an address', async () => {
    const refused = (await gate('quarantine'))(event, given, arrival)
    expect(refused?.flaw).toEqual({
      code: 'plan_required',
      path: '/properties/plan',
      message: 'properties.plan is missing; also plan_wrong_type /properties/seats',
    })
    expect(JSON.parse(refused?.raw ?? '')).toEqual({
      event: 'Demo Requested',
      userId: 'u',
      properties: { seats: 'x' },
      type: 'track',
      context: { groupId: 'acme' },
      sentAt: '2026-03-01T09:00:00.000Z',
      _received: { trust: 'browser', userAgent: 'Mozilla/5.0', isHistorical: false },
    })
  })

  it('keeps nothing of the content of what it blocks', async () => {
    const refused = (await gate('block'))(event, given, arrival)
    expect(JSON.parse(refused?.raw ?? '')).toEqual({ _received: { blocked: true }, type: 'track', event: 'Demo Requested', messageId: 'm' })
  })

  it('lets pass what is only observed, and what is as planned', async () => {
    expect((await gate('observe'))(event, given, arrival)).toBeNull()
    expect((await gate('block'))(track('Demo Requested', { plan: 'free' }), {}, arrival)).toBeNull()
  })
})
