import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { label } from '../read/label.ts'
import type { Reader } from '../read/reader.ts'
import { accountQuery, type ReadDeps, stageIds } from '../read/routes.ts'
import { accountListPage } from './accountListPage.ts'
import { accountPage } from './accountPage.ts'
import { createCredentials } from './credentials.ts'
import { protectiveHeaders, sameOriginOnly } from './guard.ts'
import { type Html, layout, notice } from './layout.ts'
import type { PublicAddress } from './publicAddress.ts'
import { createSessions, SESSION_MS } from './sessions.ts'
import { LONGEST_PASSWORD, noSetUpPage, SHORTEST_PASSWORD, setUpPage, signInPage } from './signInPages.ts'
import { createThrottle } from './throttle.ts'

export interface ConsoleDeps {
  readonly reader: Reader
  readonly models: ReadDeps['models']
  readonly now: () => number
  readonly dataDir: string
  /** Where browsers reach this gateway; https makes the session cookie `__Host-` and `Secure`. */
  readonly address: PublicAddress
  /** scrypt's N; only tests lower it. */
  readonly passwordCost?: number
}

const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8')
const TIMELINE_EVENTS = 50
const MOST_FORM_BYTES = 16 * 1024

/** Makes the one-time link of a console that nobody has set up; null once a password is set. Every start replaces an unused link. */
export async function consoleSetup({
  dataDir,
  publicUrl,
}: {
  readonly dataDir: string
  readonly publicUrl: string
}): Promise<{ setupUrl: string | null }> {
  const token = await createCredentials({ dataDir }).offerSetup()
  return { setupUrl: token === null ? null : new URL(`/console/set-up?token=${token}`, publicUrl).href }
}

/** The console under `/console/`: server-rendered, no script, behind a sign-in. */
export function createConsole(deps: ConsoleDeps): Hono {
  const { reader, models, now, dataDir, address } = deps
  const credentials = createCredentials({ dataDir, ...(deps.passwordCost === undefined ? {} : { cost: deps.passwordCost }) })
  const sessions = createSessions(now)
  const throttle = createThrottle(now)
  const isSecure = (c: Context) => address.origin(c).startsWith('https:')
  const cookie = (c: Context) => (isSecure(c) ? '__Host-waymark_session' : 'waymark_session')
  const app = new Hono()

  function signIn(c: Context): Response {
    // Whatever id the browser brought is dropped: a planted one never becomes a session.
    sessions.close(getCookie(c, cookie(c)))
    const options = { httpOnly: true, secure: isSecure(c), sameSite: 'Lax', path: '/', maxAge: SESSION_MS / 1000 } as const
    setCookie(c, cookie(c), sessions.open(), options)
    return c.redirect('/console/', 303)
  }

  app.use(
    '/console/*',
    protectiveHeaders,
    sameOriginOnly(address),
    bodyLimit({ maxSize: MOST_FORM_BYTES, onError: c => c.text('Refused: the form is too large.', 413) }),
  )
  app.get('/console', c => c.redirect('/console/', 301))
  app.get('/console/style.css', c => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }))

  app.get('/console/set-up', async c => {
    const token = c.req.query('token') ?? ''
    if (!(await credentials.isSetupToken(token))) return page(c, noSetUpPage(await credentials.isSetUp()), 404)
    return page(c, setUpPage(token, ''))
  })

  app.post('/console/set-up', async c => {
    const form = await c.req.parseBody()
    const [token, password, again] = [field(form.token), field(form.password), field(form.again)]
    const wait = throttle.take(address.client(c))
    if (wait > 0) return page(c, setUpPage(token, waitWords(wait)), 429, { 'Retry-After': String(wait) })
    if (!(await credentials.isSetupToken(token))) return page(c, noSetUpPage(await credentials.isSetUp()), 404)
    const complaint = passwordComplaint(password, again)
    if (complaint !== '') return page(c, setUpPage(token, complaint), 400)
    if (!(await credentials.setUp(token, password))) return page(c, noSetUpPage(true), 404)
    throttle.forgive(address.client(c))
    return signIn(c)
  })

  app.get('/console/sign-in', async c => {
    if (!(await credentials.isSetUp())) return page(c, noSetUpPage(false))
    return sessions.isOpen(getCookie(c, cookie(c))) ? c.redirect('/console/', 303) : page(c, signInPage(''))
  })

  app.post('/console/sign-in', async c => {
    const wait = throttle.take(address.client(c))
    if (wait > 0) return page(c, signInPage(waitWords(wait)), 429, { 'Retry-After': String(wait) })
    const password = field((await c.req.parseBody()).password)
    if (password.length > LONGEST_PASSWORD || !(await credentials.isPassword(password)))
      return page(c, signInPage('That is not the password.'), 403)
    throttle.forgive(address.client(c))
    return signIn(c)
  })

  app.post('/console/sign-out', c => {
    sessions.close(getCookie(c, cookie(c)))
    deleteCookie(c, cookie(c), { path: '/', secure: isSecure(c) })
    return c.redirect('/console/sign-in', 303)
  })

  app.use('/console/*', async (c, next) => (sessions.isOpen(getCookie(c, cookie(c))) ? next() : c.redirect('/console/sign-in', 303)))

  app.get('/console/', async c => {
    const stages = stageIds(models)
    const query = accountQuery(name => c.req.query(name), stages)
    return page(c, accountListPage({ query, page: await reader.accounts(query), stages, now: now() }))
  })

  app.get('/console/accounts/:id', async c => {
    const accountId = await reader.accountId(c.req.param('id'))
    if (accountId === null) return noAccount(c)
    const before = c.req.query('before')
    const [account, score, journey, timeline] = await Promise.all([
      reader.account(accountId),
      reader.score(accountId),
      reader.journey(accountId),
      reader.timeline(accountId, TIMELINE_EVENTS, before),
    ])
    if (account === null) return noAccount(c)
    return page(c, accountPage({ account, score, journey, timeline, isFirstPage: before === undefined, now: now() }))
  })

  app.all('/console/*', c =>
    page(
      c,
      layout(
        { title: 'Not found', isSignedIn: true },
        notice('There is no such page', [html`Go to <a href="/console/">all accounts</a>.`]),
      ),
      404,
    ),
  )

  app.onError((error, c) => {
    // A parameter that cannot be read is the only trouble a reader can cause; the rest is the app's to log.
    if (error instanceof HTTPException && error.status === 400) {
      return page(c, layout({ title: 'Not understood', isSignedIn: true }, notice('That address was not understood', [error.message])), 400)
    }
    throw error
  })

  return app
}

function noAccount(c: Context): Promise<Response> {
  const title = 'No such account'
  const lines = [
    html`No company has the domain or id “${label(c.req.param('id') ?? '', 80)}”.`,
    html`Search for it among <a href="/console/">all accounts</a>. It appears once the jobs have run over its events.`,
  ]
  return page(c, layout({ title, isSignedIn: true }, notice(title, lines)), 404)
}

async function page(
  c: Context,
  body: Html,
  status: 200 | 400 | 403 | 404 | 429 = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  return c.html(await body, status, headers)
}

function field(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function passwordComplaint(password: string, again: string): string {
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD)
    return `The password must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`
  return password === again ? '' : 'The two passwords are not the same.'
}

function waitWords(seconds: number): string {
  return `Too many tries. Wait ${Math.ceil(seconds / 60)} min and try again.`
}
