import { Hono } from 'hono'
import { cors } from '../request/cors.ts'

/** What peers' SDKs ask or tell besides events, answered so that no page shows an error. */
export function createSideRoutes(): Hono {
  const app = new Hono()
  // Reports of the SDKs about themselves: nobody reads them. The settings tell SDKs not to send any.
  for (const path of ['/v1/m', '/rsaMetrics']) {
    app.use(path, cors)
    app.post(path, c => c.json({ success: true }))
  }
  // Only a page that kept settings of another host asks for these.
  app.get('/next-integrations/*', c =>
    c.body('// This gateway has no device-mode destinations.\n', 200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=300',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    }),
  )
  return app
}
