import { EVENT_TYPES } from '@waymark/schemas/event'
import { type Context, Hono } from 'hono'
import type { KeyRing } from '../../keys/ring.ts'
import { refuse } from '../request/refuse.ts'
import { unknownWriteKey } from '../request/source.ts'
import { type PixelEvent, pixelEvent } from './pixelEvent.ts'
import type { TellRefusal } from './refusals.ts'

export interface PixelEdges {
  readonly keys: Pick<KeyRing, 'writeKey'>
  /** The routes that take events: a pixel is one of their requests in other clothes. */
  readonly ingest: Pick<Hono, 'fetch'>
  readonly tellRefusal: TellRefusal
}

/**
 * Events by image: `GET /v1/pixel/track?data=…` as Segment has it, `GET /pixel/v1/track?…` as RudderStack has it. The answer is always the
 * image, because a broken one would be seen in the e-mail; why an event was not taken stands in the quarantine, or among the refused requests.
 */
export function createPixelRoutes({ keys, ingest, tellRefusal }: PixelEdges): Hono {
  const app = new Hono()

  async function take(c: Context, path: string): Promise<Response> {
    // Scanners of mail look at the headers first; nobody has seen anything.
    if (c.req.method === 'HEAD') return new Response(null, { headers: { ...IMAGE, 'Content-Length': String(GIF.length) } })
    const url = new URL(c.req.url)
    const event = pixelEvent(url.searchParams)
    if (event === null) tellRefusal(c, refuse(400, 'unreadable_data', UNREADABLE))
    else if (event.writeKey !== null && !KEY.test(event.writeKey)) tellRefusal(c, unknownWriteKey())
    else if (event.writeKey !== null && keys.writeKey(event.writeKey)?.trust === 'server')
      tellRefusal(c, refuse(403, 'server_key_in_pixel', SERVER_KEY))
    else await ingest.fetch(asPost(c.req.raw.headers, new URL(path, url), event), c.env)
    return new Response(GIF, { headers: IMAGE })
  }

  for (const type of EVENT_TYPES) app.get(`/v1/pixel/${type}`, c => take(c, `/v1/${type}`))
  for (const type of ['track', 'page'] as const) app.get(`/pixel/v1/${type}`, c => take(c, `/v1/${type}`))
  return app
}

function asPost(given: Headers, url: URL, { body, writeKey }: PixelEvent): Request {
  const headers = new Headers(given)
  for (const name of ABOUT_ANOTHER_REQUEST) headers.delete(name)
  if (writeKey !== null) headers.set('x-write-key', writeKey)
  return new Request(url, { method: 'POST', headers, body })
}

/** What can be a key: the others no header can hold. */
const KEY = /^[\x21-\x7e]{1,200}$/

const ABOUT_ANOTHER_REQUEST = ['authorization', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'x-write-key']

const UNREADABLE = 'The “data” of the pixel is not the base64 form of a JSON object. Encode the event again.'

const SERVER_KEY =
  'The key is a server key, and whoever gets the e-mail or the page can read it in the address of the pixel. Use a public key there, and replace this one: it has been seen.'

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const IMAGE = {
  'Content-Type': 'image/gif',
  // Each opening counts, and no proxy may answer for us.
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
}
