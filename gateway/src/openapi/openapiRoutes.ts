import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { protectiveHeaders } from '../console/frame/guard.ts'
import { documentOf } from './document.ts'
import { HEALTH, OPERATE } from './operateOperations.ts'
import type { Operation } from './operation.ts'
import { page } from './page.ts'
import { PLANS } from './planOperations.ts'
import { READ } from './readOperations.ts'
import { PEERS, SEND } from './sendOperations.ts'

/** Every route of a gateway but the console's and the demo site's pages. */
export const OPERATIONS: readonly Operation[] = [...SEND, ...READ, ...PLANS, ...OPERATE, ...HEALTH, ...PEERS]

const STYLE = readFileSync(new URL('openapi.css', import.meta.url), 'utf8')
const FOR_A_WHILE = { 'Cache-Control': 'public, max-age=300' }

/** `GET /openapi.json`, and `GET /openapi` to read: what this gateway can be asked. */
export function createOpenApiRoutes(version: string, operations: readonly Operation[] = OPERATIONS): Hono {
  const app = new Hono()
  const document = documentOf(operations, version)
  const text = JSON.stringify(document)
  for (const path of ['/openapi', '/openapi.json', '/openapi.css']) app.use(path, protectiveHeaders)
  // Tools in a browser read it from other origins; there is nothing in it that is not public.
  app.get('/openapi.json', c =>
    c.body(text, 200, { ...FOR_A_WHILE, 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' }),
  )
  app.get('/openapi', async c => c.html(await page(operations, document, version), 200, FOR_A_WHILE))
  app.get('/openapi.css', c => c.body(STYLE, 200, { ...FOR_A_WHILE, 'Content-Type': 'text/css; charset=utf-8' }))
  return app
}
