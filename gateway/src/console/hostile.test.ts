import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlDay, sqlTime } from '../db/query.ts'
import { daysAgo, insertAccounts, insertEvents, insertPeople, MODELS, NOW } from '../read/rows.fixture.ts'
import { createReader } from '../read/warehouseReader.ts'
import { createAccountPages } from './accounts/accountRoutes.ts'
import { createPublicAddress } from './frame/publicAddress.ts'
import { createConsole } from './routes.ts'
import { consoleSetup } from './signIn/signInRoutes.ts'

/** One string that breaks out of text, attributes and scripts, turns the reading direction, hides, and is long. */
const EVIL = `"'></title></svg><script>alert(1)</script><img src=x onerror=alert(1)> \u202e\u2066\u200b\u0000\u001b[2J${'W'.repeat(3000)}`
const LINKS = [
  'javascript:alert(1)',
  ' JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'https://acme.example@evil.example/',
  '//evil.example',
]
const FORMULAS = [
  '=cmd|calc!A1',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' \u200b=1',
  '"=1',
  '＝1',
  '=HYPERLINK("http://evil.example","x")',
]
const PUBLIC_URL = 'http://127.0.0.1:8090'

describe('data of strangers in the console', () => {
  let test: TestDatabase
  let dataDir: string
  let pages: Record<string, string>
  let get: (path: string) => Promise<Response>
  beforeAll(async () => {
    test = await testDatabase()
    dataDir = await mkdtemp(join(tmpdir(), 'waymark-hostile-'))
    const text = EVIL.replaceAll('\u0000', '')
    await insertAccounts(test.db, [
      {
        accountId: 'a_evil',
        name: text,
        domain: text,
        groupIds: [text],
        traits: { [text]: text, link: LINKS[0], list: [text] },
        score: { score: 50, points: 27.7, band: text, lastTouchAt: daysAgo(1) },
        place: { stage: text, status: text, since: daysAgo(1) },
      },
      ...FORMULAS.map((name, index) => ({
        accountId: `a_formula${index}`,
        name,
        domain: name,
        groupIds: [],
        traits: {},
        score: { score: 5, points: 2, band: 'cold', lastTouchAt: daysAgo(1) },
        place: { stage: name, status: name, since: daysAgo(1) },
      })),
    ])
    await insertPeople(test.db, [
      {
        profileId: 'p_evil',
        accountId: 'a_evil',
        userId: text,
        anonymousIds: [],
        traits: { name: text, title: text, email: text },
        since: daysAgo(9),
      },
    ])
    await insertEvents(test.db, [
      { messageId: 'e0', at: daysAgo(1), userId: text, event: text, title: text, path: text, url: text },
      ...LINKS.map((url, index) => ({
        messageId: `link${index}`,
        at: daysAgo(2),
        userId: text,
        url,
        title: 'Sign in to Waymark',
        path: url,
      })),
    ])
    // Touches that count, by a person and about a topic of evil names: what changes are told of.
    await insertRows(test.db.client, 'touch_daily', [
      {
        account_hint: '',
        node_type: 'user_id',
        node: text,
        type: 'Demo Requested',
        topic: text,
        day: sqlDay(daysAgo(1)),
        n: 1,
        first_at: sqlTime(daysAgo(1)),
        last_at: sqlTime(daysAgo(1)),
        version: 1,
      },
    ])
    const common = { account_id: 'a_evil', model: 'intent', model_version: 1, day: sqlDay(NOW) }
    const reason = {
      kind: 'touch',
      profile_id: 'p_evil',
      type: text,
      topic: text,
      category: text,
      points: 27.7,
      count: 1,
      last_at: sqlTime(daysAgo(1)),
    }
    await insertRows(test.db.client, 'account_reasons', [
      { ...common, ...Object.fromEntries(Object.entries(reason).map(([name, value]) => [`reasons.${name}`, [value]])) },
    ])
    await insertRows(test.db.client, 'stage_transitions', [
      {
        transition_id: 't',
        account_id: 'a_evil',
        model: 'journey5',
        model_version: 1,
        from_stage: '',
        to_stage: text,
        status: text,
        entered_at: sqlTime(daysAgo(1)),
        direction: text,
        rule: text,
        evidence: [text],
        withdraws: '',
      },
    ])
    get = await signIn()
    pages = await visit([
      '/console/',
      `/console/?q=${encodeURIComponent('"><script>alert(1)</script>')}`,
      '/console/accounts/a_evil',
      '/console/accounts/a_formula0',
      `/console/accounts/${encodeURIComponent(text.slice(0, 300))}x`,
    ])
  })
  afterAll(async () => {
    await test.close()
    await rm(dataDir, { recursive: true })
  })

  async function visit(paths: readonly string[]): Promise<Record<string, string>> {
    const bodies: Record<string, string> = {}
    for (const path of paths) bodies[path] = await (await get(path)).text()
    return bodies
  }

  async function signIn() {
    const reader = createReader({ db: test.db, models: MODELS, now: () => NOW })
    const app = createConsole({
      pages: [createAccountPages({ reader, models: MODELS, now: () => NOW })],
      now: () => NOW,
      dataDir,
      address: createPublicAddress({ proxies: { kind: 'nobody' }, url: PUBLIC_URL, remote: () => '192.0.2.1' }),
      passwordCost: 2 ** 10,
    })
    const { setupUrl } = await consoleSetup({ dataDir, publicUrl: PUBLIC_URL })
    const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
    const form = { token, password: 'correct horse battery', again: 'correct horse battery' }
    const signedIn = await app.request(`${PUBLIC_URL}/console/set-up`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: PUBLIC_URL },
    })
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
    return async (path: string) => app.request(path, { headers: { cookie } })
  }

  it('is shown, and stays text in every place', () => {
    for (const [path, body] of Object.entries(pages)) {
      // The only tags are those the templates write themselves.
      expect(
        body.match(
          /<(?!\/?(?:html|head|meta|title|link|body|a|header|nav|form|button|main|div|h1|h2|p|label|input|select|option|table|thead|tbody|tfoot|tr|th|td|span|svg|rect|polyline|circle|time|section|strong|ul|li|picture|source|img|details|summary|dl|dt|dd|code)\b|!doctype)[^>]*>?/gi,
        ) ?? [],
        path,
      ).toEqual([])
      // Values are quoted: what stands in them is no attribute.
      expect(body.replace(/"[^"]*"/g, '""'), path).not.toMatch(/<[^>]*\son\w+=/i)
      expect(body, path).not.toMatch(/<(?:script|iframe|object|style)/i)
      // Images are our own charts.
      const images = [...body.matchAll(/\s(?:src|srcset)="([^"]*)"/g)].map(match => match[1] ?? '')
      expect(images.filter(image => !/^\/console\/accounts\/a_\w+\/score\.svg\?theme=\w+&amp;size=\w+$/.test(image))).toEqual([])
    }
    expect(pages['/console/']).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(pages['/console/accounts/a_evil']).toContain('did “&quot;&#39;&gt;')
    // In what changed: who, about what, and which stage.
    expect(pages['/console/accounts/a_evil']).toMatch(/&quot;&#39;&gt;[^<]*requested a demo about &quot;&#39;&gt;/)
    expect(pages['/console/accounts/a_evil']).toContain('Entered the journey at <strong>&quot;&#39;&gt;')
    expect(pages['/console/accounts/a_evil']).toContain('First interest in &quot;&#39;&gt;')
  })

  it('cannot turn the reading direction, hide or send control characters', () => {
    for (const [path, body] of Object.entries(pages)) expect(body.replace(/[\n]/g, ''), path).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('is cut where it is long', () => {
    for (const [path, body] of Object.entries(pages)) expect(body, path).not.toMatch(/W{200}/)
  })

  it('links nowhere but to http and https addresses that name their host', () => {
    for (const body of Object.values(pages)) {
      const links = [...body.matchAll(/href="([^"]*)"/g)].map(match => match[1] ?? '')
      expect(links.filter(link => !/^(?:\/console\/|#main$|data:,$)/.test(link))).toEqual([])
    }
    expect(pages['/console/accounts/a_evil']).toContain('Sign in to Waymark')
  })

  it('stays text in a chart, which may do nothing but style itself', async () => {
    for (const look of ['', '?theme=dark&size=narrow']) {
      const answer = await get(`/console/accounts/a_evil/score.svg${look}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8'])
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      const svg = (await answer.text()).replace(/<!\[CDATA\[[\w\s.:{};-]*\]\]>/, '')
      expect(svg).toContain('&lt;/title&gt;')
      expect(
        svg.match(/<(?!\/?(?:svg|g|defs|clipPath|style|rect|path|text|tspan|line|polyline|polygon|circle|ellipse)\b)[^>]*>?/g) ?? [],
      ).toEqual([])
      expect(svg).not.toMatch(/<[^>]*\s(?:on\w+|(?:xlink:)?href)=/i)
      expect(svg.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
    expect((await get('/console/accounts/a_evil/score.svg?theme=%3Cscript%3E')).status).toBe(400)
    expect((await get('/console/accounts/nobody/score.svg')).status).toBe(404)
  })

  it('is no formula in a spreadsheet, hides nothing there, and is no page for a browser', async () => {
    const answer = await get('/console/accounts.csv')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="waymark-accounts-2026-11-20.csv"')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const [start, ...body] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer())
    expect(start).toBe('\ufeff')
    const lines = body.join('').trimEnd().split('\r\n')
    expect(lines).toHaveLength(2 + FORMULAS.length)
    const fields = lines.flatMap(line =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? ''),
    )
    expect(fields).toHaveLength(lines.length * (lines[0] ?? '').split(',').length)
    const isNumber = (field: string) => /^-?\d+(?:\.\d+)?$/.test(field)
    expect(fields.filter(field => !isNumber(field) && /^[\s"']*[=+\-@＝]/u.test(field) && !field.startsWith("'"))).toEqual([])
    expect(fields.filter(field => /^'[\s"]*[=+\-@＝]/u.test(field)).length).toBeGreaterThanOrEqual(FORMULAS.length)
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})
