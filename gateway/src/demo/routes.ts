import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { frame, type Html, href } from './frame.ts'
import { CONTENT } from './pages.ts'

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

const ASSETS = [
  ['site.css', 'text/css'],
  ['site.js', 'text/javascript'],
  ['panel.js', 'text/javascript'],
  ['checklist.txt', 'text/plain'],
] as const

/** The demo site under `/demo/`: a vendor that does not exist, with the SDK on every page. `writeKey` is the public one; null leaves the SDK out. */
export function createDemo({ writeKey }: { readonly writeKey: string | null }): Hono {
  const app = new Hono()

  app.use('/demo/*', async (c, next) => {
    await next()
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'strict-origin-when-cross-origin')
    c.header('Cache-Control', 'no-cache')
  })
  app.get('/demo', c => c.redirect('/demo/', 301))
  for (const [name, type] of ASSETS) {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8')
    app.get(`/demo/assets/${name}`, c => c.body(text, 200, { 'Content-Type': `${type}; charset=utf-8` }))
  }
  for (const [page, content] of CONTENT) app.get(href(page.path), c => show(c, frame(page, writeKey, content())))
  app.all('/demo/*', c => {
    const page = { path: '/404', title: 'No such page' }
    return show(
      c,
      frame(
        page,
        writeKey,
        html`<h1>${page.title}</h1><p class="lead">It may have been moved. <a href="/demo/">The start page</a> knows the way.</p>`,
      ),
      404,
    )
  })
  return app
}

async function show(c: Context, body: Html, status: 200 | 404 = 200): Promise<Response> {
  return c.html(await body, status)
}
