/** What a recorded request says, and what of it is the same each time. */
import type { Sent } from './recorder.ts'

export interface Call {
  readonly type: string
  readonly request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>> }
  /** What the body says beside its events; null where the event is the body. */
  readonly envelope: Readonly<Record<string, unknown>> | null
  readonly event: Readonly<Record<string, unknown>>
}

/** Headers that a gateway may look at; the rest is the transport's. */
const HEADERS = ['authorization', 'content-type', 'content-encoding', 'sentat', 'anonymousid', 'x-retry-count', 'user-agent']

/** The events in what was sent to the paths of events, one by one with what came around them. */
export function callsIn(sent: readonly Sent[]): Call[] {
  return sent.flatMap(({ method, path, headers, body, status }) => {
    if (method !== 'POST' || status !== 200) return []
    const { batch, ...rest } = JSON.parse(body) as Record<string, unknown>
    const events = (Array.isArray(batch) ? batch : [rest]) as Record<string, unknown>[]
    const kept = Object.fromEntries(HEADERS.flatMap(name => (headers[name] === undefined ? [] : [[name, headers[name]]])))
    const request = { method, path, headers: kept }
    return events.map(event => ({ type: String(event.type), request, envelope: Array.isArray(batch) ? rest : null, event }))
  })
}

/** The same for two runs of one SDK: times, random ids and what the machine is are named instead of told. */
export function shapeOf(value: unknown, key = ''): unknown {
  if (value !== null && MACHINE.has(key)) return `<${key}>`
  if (Array.isArray(value)) return value.map(item => shapeOf(item))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner, name.toLowerCase())]))
  }
  if (typeof value === 'number') return value > 1e9 ? '<large number>' : value
  if (typeof value !== 'string') return value
  return (
    value
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replace(/(?<=http:\/\/[a-z.]+:)\d+/g, '<port>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<uuid>')
      .replace(/\d{13}/g, '<milliseconds>')
      // RudderStack's header with the anonymous id.
      .replace(/^[A-Za-z0-9+/]{48}$/, '<base64 of an id>')
  )
}

/** Of the browser, the runtime or the place of the machine. */
const MACHINE: ReadonlySet<string> = new Set([
  'useragent',
  'user-agent',
  'useragentdata',
  'user-agent-data',
  'screen',
  'timezone',
  'locale',
  'nodeversion',
])
