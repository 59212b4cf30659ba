import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { exportAccounts } from './accountExport.ts'
import { ACCOUNT_COLUMNS } from './accountFields.ts'
import type { AccountQuery } from './accounts.ts'
import { ACME, insertExample } from './example.fixture.ts'
import { createReadRoutes } from './routes.ts'
import { daysAgo, MODELS, NOW } from './rows.fixture.ts'
import { createReader } from './warehouseReader.ts'

const ALL: AccountQuery = { stage: '', status: '', band: '', q: '', sort: '-score', limit: 3, cursor: 'of another page' }

describe('the account file', () => {
  let test: TestDatabase
  const edges = () => ({ db: test.db, models: MODELS, now: () => NOW })
  beforeAll(async () => {
    test = await testDatabase()
    await insertExample(test.db)
  })
  afterAll(() => test.close())

  async function linesOf(query: Partial<AccountQuery> = {}, most?: number) {
    const { text, cutAt } = await exportAccounts(edges(), { ...ALL, ...query }, most)
    let file = ''
    for await (const piece of text) file += piece
    return { cutAt, lines: file.split('\r\n') }
  }

  it('tells a salesperson what the console tells, in fields', async () => {
    const { lines } = await linesOf({ q: 'acme' })
    expect(lines[0]).toBe(`\ufeff${ACCOUNT_COLUMNS.join(',')}`)
    const since = new Date(daysAgo(3)).toISOString().slice(0, 10)
    expect(lines[1]?.split(',')).toEqual([
      'Acme Logistics',
      'acme.example',
      '66.4',
      '66.4',
      'warm',
      '',
      '',
      'evaluate',
      since,
      'active',
      '2',
      '1',
      'Ana Silva (VP Operations)',
      '2026-11-18 12:00',
      '"Ana Silva requested a demo once',
      ' on 2026-11-17 (+31.2 points)"',
      '"Ana Silva viewed pricing twice',
      ' last on 2026-11-08 (+5.9 points)"',
      '"Bo Li downloaded content about fleet once',
      ' on 2026-11-18 (+5.1 points)"',
      'Bo Li is active beside others (+3.3 points)',
      '"Bo Li viewed careers once',
      ' on 2026-11-02 (−3.1 points)"',
      'fleet',
      ACME.accountId,
    ])
    expect(lines[2]).toBe('')
  })

  it('holds every account that matches, in the order of the list, whatever page was looked at', async () => {
    const names = (lines: readonly string[]) => lines.slice(1, -1).map(line => line.split(',', 1)[0])
    const { lines, cutAt } = await linesOf()
    expect(cutAt).toBeNull()
    expect(names(lines)).toHaveLength(10)
    expect(names(lines).slice(0, 3)).toEqual(['Globex Manufacturing', 'Initech', 'Acme Logistics'])
    expect(names((await linesOf({ sort: 'name' })).lines)[0]).toBe('Acme Logistics')
    expect(names((await linesOf({ band: 'hot' })).lines)).toEqual(['Globex Manufacturing', 'Initech'])
    expect(names((await linesOf({ q: 'nobody' })).lines)).toEqual([])
  })

  it('says in its name where it does not hold all', async () => {
    const cut = await linesOf({}, 4)
    expect([cut.cutAt, cut.lines.length]).toEqual([4, 1 + 4 + 1])
    expect((await linesOf({}, 10)).cutAt).toBeNull()
    const file = async (most: number) => {
      const reader = { ...createReader(edges()), accountsCsv: (query: AccountQuery) => exportAccounts(edges(), query, most) }
      const app = routes(reader)
      const answer = await app.request('/v1/accounts?format=csv', { headers: { authorization: 'Bearer sk' } })
      await answer.text()
      return answer.headers.get('content-disposition')
    }
    expect(await file(4)).toBe('attachment; filename="waymark-accounts-2026-11-20-first-4-of-more.csv"')
    expect(await file(10)).toBe('attachment; filename="waymark-accounts-2026-11-20.csv"')
  })

  const routes = (reader = createReader(edges())) =>
    new Hono().route(
      '/',
      createReadRoutes({
        reader,
        keys: { secretKey: key => (key === 'sk' ? { name: 'reader', scopes: ['read'] } : null) },
        models: MODELS,
        now: () => NOW,
        readStats: async () => ({}),
      }),
    )

  it('is the same by the API, for a secret key alone', async () => {
    const ask = (path: string, key = 'sk') => routes().request(path, { headers: { authorization: `Bearer ${key}` } })
    const answer = await ask('/v1/accounts?format=csv&band=hot')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer()).split('\r\n')).toEqual(
      (await linesOf({ band: 'hot' })).lines,
    )
    expect((await ask('/v1/accounts?format=csv', 'pk')).status).toBe(401)
    for (const parameter of ['limit=10', 'cursor=abc', 'sort=colour']) {
      const refused = await ask(`/v1/accounts?format=csv&${parameter}`)
      expect([refused.status, await refused.json()], parameter).toMatchObject([400, { error: { code: 'bad_parameter' } }])
    }
    expect((await ask('/v1/accounts?format=xlsx')).status).toBe(400)
  })

  it('tells changes as data, and refuses days that are none', async () => {
    const ask = async (path: string) => {
      const answer = await routes().request(path, { headers: { authorization: 'Bearer sk' } })
      return [answer.status, await answer.json()] as const
    }
    expect(await ask('/v1/accounts/acme/changes')).toMatchObject([
      200,
      { accountId: ACME.accountId, days: 7, moves: [{ toStage: 'evaluate' }] },
    ])
    expect(await ask('/v1/accounts/acme/changes?days=30')).toMatchObject([
      200,
      { from: '2026-10-21T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' },
    ])
    expect(await ask('/v1/accounts/acme/changes?days=0')).toMatchObject([400, { error: { code: 'bad_parameter' } }])
    expect(await ask('/v1/accounts/nobody/changes')).toMatchObject([404, { error: { code: 'unknown_account' } }])
  })
})
