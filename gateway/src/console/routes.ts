import { readFileSync } from 'node:fs'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { label } from '../read/label.ts'
import { protectiveHeaders, sameOriginOnly } from './frame/guard.ts'
import { noticePage } from './frame/respond.ts'
import { createSignIn, type SignInDeps } from './signIn/signInRoutes.ts'

export interface ConsoleDeps extends SignInDeps {
  /** What is behind the sign-in. */
  readonly pages: readonly Hono[]
}

/** In this order: what comes later wins. */
const STYLE = [
  ...['colours', 'page', 'forms', 'tables', 'marks', 'parts', 'narrow'].map(part => `frame/${part}`),
  ...['accounts', 'live', 'plan', 'sources', 'health'].map(section => `${section}/${section}`),
]
  .map(name => readFileSync(new URL(`${name}.css`, import.meta.url), 'utf8'))
  .join('\n')
const MOST_FORM_BYTES = 16 * 1024

/** The console under `/console/`: server-rendered, behind a sign-in. */
export function createConsole(deps: ConsoleDeps): Hono {
  const signIn = createSignIn(deps)
  const app = new Hono()
  app.use(
    '/console/*',
    protectiveHeaders,
    sameOriginOnly(deps.address),
    bodyLimit({ maxSize: MOST_FORM_BYTES, onError: c => c.text('Refused: the form is too large.', 413) }),
  )
  app.get('/console', c => c.redirect('/console/', 301))
  app.get('/console/style.css', c => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }))
  app.route('/', signIn.routes)

  app.use('/console/*', signIn.required, troubleAsPage)
  for (const pages of deps.pages) app.route('/', pages)
  app.all('/console/*', c => noticePage(c, 404, 'There is no such page', [html`Go to <a href="/console/">all accounts</a>.`]))

  app.onError((error, c) => {
    // A parameter that cannot be read is the only trouble a reader can cause; the rest is the app's to log.
    if (error instanceof HTTPException && error.status === 400)
      return noticePage(c, 400, 'That address was not understood', [error.message])
    throw error
  })

  return app
}

/** What the app could not answer, told as data for programs, as a page: people read it here. The app has logged it. */
const troubleAsPage: MiddlewareHandler = async (c, next) => {
  await next()
  if (c.error === undefined || c.res.status < 500) return
  const isAway = c.res.status === 503
  const message = isAway
    ? ((await c.res.clone().json()) as { error: { message: string } }).error.message
    : 'The reason is in the log of the gateway.'
  c.res = await noticePage(c, isAway ? 503 : 500, isAway ? 'This cannot be shown at the moment' : 'This page could not be made', [
    label(message, 400),
    html`Reload the page in a moment; <a href="/console/health">Health</a> says what is wrong.`,
  ])
}
