import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { insertRows } from '../../db/query.ts'
import { createRefusals, type Refusals } from '../../edge/refusals.ts'
import { loaderBench } from '../../ingest/load/loader.fixture.ts'
import type { Loader } from '../../ingest/load/loader.ts'
import { memoryDisk } from '../../ingest/spool/disk.fixture.ts'
import { testFrame } from '../../ingest/spool/frame.fixture.ts'
import { testSpool } from '../../ingest/spool/spool.fixture.ts'
import { type IngestStats, readStats, type StatsPeriod } from '../../ingest/stats.ts'
import { type KeyRing, openKeyRing } from '../../keys/ring.ts'
import { listSettings, openSettingsRing, type SettingsRing } from '../../keys/settings.ts'
import { listKeys } from '../../keys/table.ts'
import { CONSOLE_URL, type SignedIn, signedInConsole } from '../pages.fixture.ts'
import { lastEvents, sourceBots } from './readSources.ts'
import { createSourcePages } from './sourceRoutes.ts'

const WRITE_KEYS = [
  { name: 'web', key: 'wk_public_of_the_site', server: false },
  { name: 'backend', key: 'wk_private_of_the_service', server: true },
]
const SECRET_KEYS = [{ name: 'ops', key: 'sk_secret_of_the_operator', scopes: ['read', 'admin'] as const }]
const NOW = Date.UTC(2026, 10, 20, 12)
const HOSTILE = `<script>alert(1)</script>\u202e"'`

interface World {
  readonly test: TestDatabase
  readonly ring: KeyRing
  readonly settings: SettingsRing
  readonly refusals: Refusals
  readonly console: SignedIn
  readonly loader: Loader
  readonly log: string[]
}

describe('sources and keys', () => {
  let world: World
  beforeAll(async () => {
    world = await open()
  })
  afterAll(async () => {
    world.ring.close()
    await world.loader.stop()
    await world.console.close()
    await world.test.close()
  })

  async function open(): Promise<World> {
    const test = await testDatabase()
    const spool = await testSpool({ fs: memoryDisk() })
    const loader = loaderBench(test.db).loaderOf(spool)
    await spool.append(testFrame(['m1', 'm2'], { source: 'web', rejected: 1, deduplicated: 3, at: NOW - 60_000 }))
    await spool.seal()
    await spool.append(testFrame(['m3'], { source: 'old import', at: NOW - 3 * 86_400_000 }))
    await spool.seal()
    const driven = (id: string) => ({
      context: id < 'b3' ? { userAgent: 'Mozilla/5.0 HeadlessChrome/142.0' } : { screen: { width: 0, height: 0 } },
    })
    for (const daysAgo of [1, 2]) // The second time these are copies.
      await spool.append(testFrame(['b1', 'b2', 'b3'], { source: 'shop window', at: NOW - daysAgo * 86_400_000, event: driven }))
    await spool.append(testFrame(['b0'], { source: 'shop window', at: NOW - 8 * 86_400_000, event: driven }))
    await spool.seal()
    await spool.append(testFrame(['m4'], { source: HOSTILE, at: NOW - 60_000 }))
    await loader.drain()
    const ring = await openKeyRing({
      writeKeys: WRITE_KEYS,
      secretKeys: SECRET_KEYS,
      loadCreated: () => listKeys(test.db),
      copy: { read: async () => [], write: async () => undefined },
      reloadMs: 0,
    })
    const settings = await openSettingsRing({
      load: () => listSettings(test.db),
      copy: { read: async () => [], write: async () => undefined },
      reloadMs: 0,
    })
    const refusals = createRefusals()
    const log: string[] = []
    const write = (message: string, fields: object = {}) => void log.push(`${message} ${JSON.stringify(fields)}`)
    const stats = (period: StatsPeriod = {}): Promise<IngestStats> => readStats({ db: test.db, spool, loader }, period)
    const console = await signedInConsole(
      address => [
        createSourcePages({
          db: test.db,
          writeKeys: WRITE_KEYS,
          secretKeys: SECRET_KEYS,
          allowedOrigins: [{ source: 'web', origins: ['https://www.acme.com'] }],
          settings: settings.of,
          settingsRing: settings,
          refusals: refusals.ofSource,
          usualRate: 20_000,
          ingestPath: null,
          readStats: stats,
          now: () => NOW,
          keys: ring,
          address,
          log: { info: write, error: write },
          randomUUID,
          setIn: { write: 'WRITE_KEYS', secret: 'SECRET_KEYS' },
        }),
      ],
      () => NOW,
    )
    return { test, ring, settings, refusals, console, loader, log }
  }

  const page = async () => (await world.console.get('/console/sources')).text()
  async function once(query = ''): Promise<string> {
    const form = await (await world.console.get(`/console/sources/keys/new${query}`)).text()
    return /name="once" value="([^"]+)"/.exec(form)?.[1] ?? ''
  }
  async function create(fields: readonly (readonly [string, string])[]) {
    const answer = await world.console.post('/console/sources/keys', [['once', await once()], ...fields])
    const body = await answer.text()
    return { answer, body, key: /(?:wk|sk)_[0-9A-Za-z_]{20,}/.exec(body)?.[0] ?? '' }
  }
  const block = (body: string, name: string) => body.split('<section').find(part => part.includes(`>${name}</h2>`)) ?? ''

  it('shows what each source sent, and when last', async () => {
    const web = block(await page(), 'web').replace(/\s+/g, ' ')
    expect(web).toContain('1 min ago')
    const row = (title: string) =>
      new RegExp(`>${title}</th><td class="number">([^/]*?)</td><td class="number">([^/]*?)<`).exec(web)?.slice(1, 3)
    expect([row('Received'), row('Stored'), row('Copies')]).toEqual([
      ['6', '6'],
      ['2', '2'],
      ['3', '3'],
    ])
    expect(web).toMatch(/>Rejected<\/th><td class="number">1 <span class="rejected-share">\(16\.7 %\)/)
    const old = block(await page(), 'old import')
    expect(old).toContain('3 d ago')
    expect(old).toContain('No key')
    expect(old).toMatch(/>Received<\/th><td class="number">0<\/td><td class="number">1</)
  })

  it('shows how much of a source was made by bots, and by what sign that is seen', async () => {
    const shop = block(await page(), 'shop window').replace(/\s+/g, ' ')
    expect(shop).toContain('<summary>3 by bots, 7 days</summary>')
    expect(
      [...shop.matchAll(/<th scope="row">([^<]*)<\/th><td class="number">(\d+)<\/td><\/tr>/g)].map(([, reason, n]) => [reason, n]),
    ).toEqual([
      ['headless browser', '2'],
      ['no screen', '1'],
    ])
    expect(block(await page(), 'web')).not.toContain('by bots')
  })

  it('gives the snippet with the public key, and never a server or secret key', async () => {
    const body = await page()
    expect(block(body, 'web')).toContain(`data-write-key=&quot;wk_public_of_the_site&quot; data-host=&quot;${CONSOLE_URL}&quot;`)
    expect(block(body, 'web')).toContain('https://www.acme.com')
    expect(block(body, 'backend')).toContain('nothing received yet')
    expect(block(body, 'backend')).toContain('Send a first event')
    expect(block(body, 'backend')).toContain('process.env.WAYMARK_WRITE_KEY')
    expect(body).toContain('…vice')
    expect(body).not.toContain('wk_private_of_the_service')
    expect(body).not.toContain('sk_secret_of_the_operator')
  })

  it('makes a public key that works at once, shows it again, and ends it at once', async () => {
    const { answer, body, key } = await create([
      ['name', 'shop'],
      ['kind', 'browser'],
    ])
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(key).toMatch(/^wk_/)
    expect(world.ring.writeKey(key)).toEqual({ sourceId: 'shop', trust: 'browser' })
    expect(body).toContain(`data-write-key=&quot;${key}&quot;`)

    const list = await page()
    expect(block(list, 'shop')).toContain(`data-write-key=&quot;${key}&quot;`)
    const id = /keys\/(w_[0-9A-Za-z]+)\/revoke/.exec(block(list, 'shop'))?.[1] ?? ''
    const asked = await (await world.console.get(`/console/sources/keys/${id}/revoke`)).text()
    expect(asked).toContain('only live key of this source')
    expect(world.ring.writeKey(key)).not.toBeNull()
    const revoked = await world.console.post(`/console/sources/keys/${id}/revoke`)
    expect([revoked.status, revoked.headers.get('location')]).toEqual([303, '/console/sources?said=revoked'])
    expect(world.ring.writeKey(key)).toBeNull()
    expect(block(await page(), 'shop')).toContain('Revoked')
    expect((await world.console.post(`/console/sources/keys/${id}/revoke`)).status).toBe(409)
    expect(world.log.join('\n')).toContain(id)
    expect(world.log.join('\n')).not.toContain(key)
  })

  it('makes server keys and secret keys with their trust and scopes', async () => {
    const server = await create([
      ['name', 'billing'],
      ['kind', 'server'],
    ])
    expect(world.ring.writeKey(server.key)).toEqual({ sourceId: 'billing', trust: 'server' })
    const secret = await create([
      ['name', 'crm'],
      ['kind', 'secret'],
      ['scopes', 'read'],
      ['scopes', 'import'],
      ['scopes', 'root'],
    ])
    expect(world.ring.secretKey(secret.key)).toEqual({ name: 'crm', scopes: ['read', 'import'] })
    const list = await page()
    expect(list).toContain('read, import')
    expect(list).not.toContain(server.key)
    expect(list).not.toContain(secret.key)
  })

  it('rotates a key: the new one is told, the old one stays good for the time chosen, and no pages are given it', async () => {
    const old = await create([
      ['name', 'app'],
      ['kind', 'browser'],
    ])
    const id = /keys\/(w_[0-9A-Za-z]+)\/rotate/.exec(block(await page(), 'app'))?.[1] ?? ''
    const form = await (await world.console.get(`/console/sources/keys/${id}/rotate`)).text()
    const word = /name="once" value="([^"]+)"/.exec(form)?.[1] ?? ''
    const rotate = (overlap: string) =>
      world.console.post(`/console/sources/keys/${id}/rotate`, [
        ['once', word],
        ['overlap', overlap],
      ])
    const answer = await rotate('week')
    const body = await answer.text()
    const [next = ''] = /wk_\w{20,}/.exec(body) ?? []
    expect([answer.status, next === old.key]).toEqual([200, false])
    expect(body).toContain('The old key is good until 27 Nov 2026')
    for (const key of [old.key, next]) expect(world.ring.writeKey(key)).toEqual({ sourceId: 'app', trust: 'browser' })
    expect((await rotate('week')).status).toBe(409)
    const list = block(await page(), 'app')
    expect(list).toContain('until 27 Nov 2026')
    expect(list).toContain(`data-write-key=&quot;${next}&quot;`)
    expect(list).not.toContain(`data-write-key=&quot;${old.key}&quot;`)
  })

  it('sets what a source may do, says what is wrong with it, and shows whom it turned away', async () => {
    const set = (fields: readonly (readonly [string, string])[]) =>
      world.console.post('/console/sources/settings', [['source', 'shop'], ...fields])
    const wrong = await set([['origins', 'acme.com']])
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('“acme.com” is no origin')])
    expect((await set([['rate', '1.5']])).status).toBe(400)
    const unnamed = await set([['neverStored', 'ssn ---']])
    expect([unnamed.status, await unnamed.text()]).toEqual([400, expect.stringMatching(/“---” is no name[\s\S]*ssn\n---<\/textarea>/)])
    expect((await set([['neverStored', Array.from({ length: 51 }, (_, n) => `a${n}`).join(' ')]])).status).toBe(400)
    const right = await set([
      ['origins', 'https://www.acme.com/\r\nhttps://*.shop.acme.com'],
      ['rate', '250'],
      ['firstParty', 'on'],
      ['neverStored', 'ssn\r\nbirth_day'],
    ])
    expect([right.status, right.headers.get('location')]).toEqual([303, '/console/sources?said=set'])
    const expected = {
      origins: ['https://www.acme.com', 'https://*.shop.acme.com'],
      events_per_second: 250,
      first_party_id: 1,
      never_stored: ['ssn', 'birth_day'],
    }
    expect(world.settings.of('shop')).toMatchObject(expected)
    world.refusals.byOrigin('shop', HOSTILE, NOW - 60_000)
    world.refusals.bySource('shop')
    const form = await (await world.console.get('/console/sources/settings?source=shop')).text()
    expect(form).toContain('https://www.acme.com\nhttps://*.shop.acme.com</textarea>')
    expect(form).toMatch(/value="250"/)
    expect(form).toContain('ssn\nbirth_day</textarea>')
    expect(form).toContain('&lt;script&gt;')
    expect(form).not.toMatch(/<script|\u202e/)
    const configured = await (await world.console.get('/console/sources/settings?source=web')).text()
    expect(configured).toMatch(/disabled[^>]*>https:\/\/www\.acme\.com</)
    expect((await world.console.get(`/console/sources/settings?source=${encodeURIComponent(HOSTILE)}`)).status).toBe(404)
  })

  it('makes no second key when the answer is loaded again', async () => {
    const word = await once()
    const form = [
      ['once', word],
      ['name', 'twice'],
      ['kind', 'browser'],
    ] as const
    expect((await world.console.post('/console/sources/keys', form)).status).toBe(200)
    const again = await world.console.post('/console/sources/keys', form)
    expect([again.status, (await again.text()).includes('wk_')]).toEqual([409, false])
    expect((await listKeys(world.test.db)).filter(({ name }) => name === 'twice')).toHaveLength(1)
  })

  it.each<[string, readonly (readonly [string, string])[], string]>([
    [
      'no name',
      [
        ['name', ' '],
        ['kind', 'browser'],
      ],
      'Give the source a name',
    ],
    [
      'a name with signs',
      [
        ['name', HOSTILE],
        ['kind', 'server'],
      ],
      '1 to 64 letters',
    ],
    [
      'a name too long',
      [
        ['name', 'x'.repeat(65)],
        ['kind', 'browser'],
      ],
      '1 to 64 letters',
    ],
    [
      'an unknown kind',
      [
        ['name', 'shop'],
        ['kind', 'root'],
      ],
      'Choose what the key is for',
    ],
    [
      'a secret key that may do nothing',
      [
        ['name', 'crm'],
        ['kind', 'secret'],
        ['scopes', 'root'],
      ],
      'Choose at least one',
    ],
  ])('refuses %s, says why and keeps the form', async (_what, fields, complaint) => {
    const before = (await listKeys(world.test.db)).length
    const { answer, body } = await create(fields)
    expect(answer.status).toBe(400)
    expect(body).toContain(complaint)
    expect(body).toContain('role="alert"')
    expect(body).not.toContain('<script')
    expect(await listKeys(world.test.db)).toHaveLength(before)
    // The form that came back can be sent.
    expect(/name="once" value="[^"]+"/.test(body)).toBe(true)
  })

  it('takes nothing from another site, and shows nothing to who is not signed in', async () => {
    const word = await once()
    const form = [
      ['once', word],
      ['name', 'forged'],
      ['kind', 'browser'],
    ] as const
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await world.console.post('/console/sources/keys', form, headers)).status).toBe(403)
    const stranger = await world.console.post('/console/sources/keys', form, { cookie: '' })
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/console/sign-in'])
    expect((await listKeys(world.test.db)).some(({ name }) => name === 'forged')).toBe(false)
  })

  it('says of a configured or unknown key where keys are revoked', async () => {
    for (const id of ['web', encodeURIComponent(HOSTILE)]) {
      const answer = await world.console.get(`/console/sources/keys/${id}/revoke`)
      const body = await answer.text()
      expect(answer.status).toBe(404)
      expect(body).toContain('WRITE_KEYS')
      expect(body).not.toContain('<script')
    }
  })

  it('keeps hostile names text', async () => {
    await insertRows(world.test.db.client, 'keys', [
      {
        key_id: HOSTILE,
        kind: 'secret',
        name: HOSTILE,
        hash: 'x',
        last4: HOSTILE,
        is_server: 0,
        scopes: [HOSTILE],
        created_at: 1,
        version: 1,
      },
    ])
    const body = await page()
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(body).not.toMatch(/<script|\u202e/)
  })

  it('source_last_events gives the columns that its type says', async () => {
    expect(await describeQuery(world.test.db.reader, lastEvents, { lately: '2026-03-01 00:00:00.000' })).toEqual({
      source_id: 'LowCardinality(String)',
      last_received_at: 'Int64',
    })
    const span = { from: '2026-03-01 00:00:00.000', to: '2026-03-08 00:00:00.000' }
    expect(await describeQuery(world.test.db.reader, sourceBots, span)).toEqual({
      source_id: 'LowCardinality(String)',
      bot_reason: 'LowCardinality(String)',
      events: 'UInt64',
    })
  })
})
