import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'

/** `GET /waymark.js`: the built SDK, read once. */
export function createSdkRoutes(file: URL): Hono {
  const routes = new Hono()
  const script = readFile(file, 'utf8').catch(() => null)
  routes.get('/waymark.js', async context => {
    const text = await script
    if (text === null)
      return context.json(
        { error: { code: 'not_built', message: `the browser SDK is not built (${file.pathname} is missing); run: npm run build` } },
        404,
      )
    return context.body(text, 200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'X-Content-Type-Options': 'nosniff',
    })
  })
  return routes
}
