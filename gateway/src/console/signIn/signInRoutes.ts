import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { PublicAddress } from '../frame/publicAddress.ts'
import { field, page } from '../frame/respond.ts'
import { createCredentials } from './credentials.ts'
import { createSessions, SESSION_MS } from './sessions.ts'
import { LONGEST_PASSWORD, noSetUpPage, SHORTEST_PASSWORD, setUpPage, signInPage } from './signInPages.ts'
import { createThrottle } from './throttle.ts'

export interface SignInDeps {
  readonly now: () => number
  readonly dataDir: string
  /** Where browsers reach this gateway; https makes the session cookie `__Host-` and `Secure`. */
  readonly address: PublicAddress
  /** scrypt's N; only tests lower it. */
  readonly passwordCost?: number
}

export interface SignIn {
  /** Set-up, sign-in and sign-out. */
  readonly routes: Hono
  /** Sends everyone without an open session to the sign-in. */
  readonly required: MiddlewareHandler
}

/**
 * Makes the one-time link of a console that nobody has set up; null once a password is set. A start replaces an unused link, which nobody may
 * have seen, unless another gateway of the folder has printed it.
 */
export async function consoleSetup({
  dataDir,
  publicUrl,
  unused = 'replaced',
}: {
  readonly dataDir: string
  readonly publicUrl: string
  readonly unused?: 'replaced' | 'kept'
}): Promise<{ setupUrl: string | null }> {
  const token = await createCredentials({ dataDir }).offerSetup(unused)
  return { setupUrl: token === null ? null : new URL(`/console/set-up?token=${token}`, publicUrl).href }
}

/** Whether the session behind a request that goes on and on is still open. */
export async function isStillSignedIn(c: Context): Promise<boolean> {
  const isOpen: unknown = c.get('isSessionOpen')
  return typeof isOpen === 'function' && (await isOpen()) === true
}

export function createSignIn({ now, dataDir, address, passwordCost }: SignInDeps): SignIn {
  const credentials = createCredentials({ dataDir, ...(passwordCost === undefined ? {} : { cost: passwordCost }) })
  const sessions = createSessions({ now, dataDir, account: credentials.mark })
  const throttle = createThrottle(now)
  const isSecure = (c: Context) => address.origin(c).startsWith('https:')
  const cookie = (c: Context) => (isSecure(c) ? '__Host-waymark_session' : 'waymark_session')
  const isOpen = (c: Context) => sessions.isOpen(getCookie(c, cookie(c)))
  const routes = new Hono()

  async function signIn(c: Context, to = '/console/'): Promise<Response> {
    // Whatever id the browser brought is dropped: a planted one never becomes a session.
    await sessions.close(getCookie(c, cookie(c)))
    const options = { httpOnly: true, secure: isSecure(c), sameSite: 'Lax', path: '/', maxAge: SESSION_MS / 1000 } as const
    setCookie(c, cookie(c), await sessions.open(), options)
    return c.redirect(to, 303)
  }

  routes.get('/console/set-up', async c => {
    const token = c.req.query('token') ?? ''
    if (!(await credentials.isSetupToken(token))) return page(c, noSetUpPage(await credentials.isSetUp()), 404)
    return page(c, setUpPage(token, ''))
  })

  routes.post('/console/set-up', async c => {
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

  routes.get('/console/sign-in', async c => {
    if (!(await credentials.isSetUp())) return page(c, noSetUpPage(false))
    const to = ownPage(c.req.query('to'))
    return (await isOpen(c)) ? c.redirect(to, 303) : page(c, signInPage('', to))
  })

  routes.post('/console/sign-in', async c => {
    const form = await c.req.parseBody()
    const [password, to] = [field(form.password), ownPage(field(form.to))]
    const wait = throttle.take(address.client(c))
    if (wait > 0) return page(c, signInPage(waitWords(wait), to), 429, { 'Retry-After': String(wait) })
    if (password.length > LONGEST_PASSWORD || !(await credentials.isPassword(password)))
      return page(c, signInPage('That is not the password.', to), 403)
    throttle.forgive(address.client(c))
    return signIn(c, to)
  })

  routes.post('/console/sign-out', async c => {
    await sessions.close(getCookie(c, cookie(c)))
    deleteCookie(c, cookie(c), { path: '/', secure: isSecure(c) })
    return c.redirect('/console/sign-in', 303)
  })

  return {
    routes,
    async required(c, next) {
      if (!(await isOpen(c))) return c.redirect(signInPath(c), 303)
      c.set('isSessionOpen', () => isOpen(c))
      return next()
    },
  }
}

/** The sign-in, which leads on to the page that was asked for: links are passed on to colleagues. */
function signInPath(c: Context): string {
  const { pathname, search } = new URL(c.req.url)
  const isPage = c.req.method === 'GET' && pathname !== '/console/'
  return isPage ? `/console/sign-in?to=${encodeURIComponent(pathname + search)}` : '/console/sign-in'
}

/** A page of the console; the list for every other address, so that a planted one leads nowhere else. */
function ownPage(to = ''): string {
  if (!to.startsWith('/console/') || !URL.canParse(to, 'http://console.invalid')) return '/console/'
  const { origin, pathname, search } = new URL(to, 'http://console.invalid')
  return origin === 'http://console.invalid' && pathname.startsWith('/console/') ? pathname + search : '/console/'
}

function passwordComplaint(password: string, again: string): string {
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD)
    return `The password must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`
  return password === again ? '' : 'The two passwords are not the same.'
}

function waitWords(seconds: number): string {
  return `Too many tries. Wait ${Math.ceil(seconds / 60)} min and try again.`
}
