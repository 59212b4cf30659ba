import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { protectiveHeaders, sameOriginOnly } from './frame/guard.ts'
import { noticePage } from './frame/respond.ts'
import { createSignIn, type SignInDeps } from './signIn/signInRoutes.ts'

export interface ConsoleDeps extends SignInDeps {
  /** What is behind the sign-in. */
  readonly pages: readonly Hono[]
}

const STYLE = ['frame/frame', 'accounts/accounts', 'live/live', 'sources/sources', 'health/health']
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

  app.use('/console/*', signIn.required)
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
