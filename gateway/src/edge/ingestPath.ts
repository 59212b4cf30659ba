import { BATCH_PATHS, SINGLE_PATHS, TYPED_PATHS } from '../ingest/wire/paths.ts'

/** What pages ask of a gateway, as patterns: nothing else can be reached below the path. */
const FOR_PAGES = [
  ...Object.keys(TYPED_PATHS),
  ...BATCH_PATHS,
  ...SINGLE_PATHS,
  ...['/v1/decide', '/v1/m', '/rsaMetrics', '/rsaRequest'],
  ...['/v1/pixel/\\w+', '/pixel/v1/\\w+'],
  ...['/v1/projects/[^/?]+/settings', '/sourceConfig/?'],
  ...['/waymark\\.js', '/analytics\\.js/v1/[^?]+', '/analytics-next/bundles/[\\w.-]+', '/next-integrations/[^?]+'],
  '/[\\w.]+/modern/plugins/rsa-plugins\\.js',
]
const IS_FOR_PAGES = new RegExp(`^(?:${FOR_PAGES.join('|')})(?:\\?|$)`)
/** A part `.` or `..`, which is resolved later and leads elsewhere; so do the signs that stand for a slash or for nothing then. */
const STEPS = /^[^?]*(?:[\\\t\r\n]|\/(?:\.|%2e){1,2}(?:[/?#]|$))/i
/** Leads nowhere. */
const NOWHERE = '/404'
const FORM = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){1,4}$/
/** Words that lists of blockers look for, alone or between the signs of a name. */
const LISTED =
  /^(?:ads?|adserver|analytics?|beacons?|collect(?:or)?|events?|ga|gtag|gtm|insights?|logs?|logger|marketing|matomo|metrics?|piwik|pixels?|plausible|posthog|rudder(?:stack)?|segment|snowplow|stat|stats|statistics|tag|tags|telemetry|track|tracks|tracker|tracking|umami|waymark)$/i

/** Where the gateway answers something else. */
const TAKEN = /^\/(?:v1|console|demo|healthz|readyz|metrics|openapi|micro|rsaRequest|rsaMetrics|sourceConfig|next-integrations)(?:\/|$)/

/** What is wrong with an `INGEST_PATH`; null when it can be used. */
export function pathComplaint(path: string): string | null {
  if (!FORM.test(path))
    return 'use a path such as /news/hello: one to four parts of letters, digits, “-”, “_”, “.” or “~”, without a slash at the end'
  if (TAKEN.test(path)) return 'this path has a meaning of its own; choose another'
  const word = path.split(/[/._~-]/).find(part => LISTED.test(part))
  return word === undefined ? null : `“${word}” is a word that blockers look for; choose one that says nothing, such as /news/hello`
}

/**
 * The path that stands for an address under `INGEST_PATH`: the path itself takes batches, `<path>.js` is the SDK, and below it is what
 * pages may ask of a gateway under the usual names. Every other address stays what it is. Pure.
 */
export function createIngestPath(path: string): (address: string) => string {
  return address => {
    if (!address.startsWith(path)) return address
    const rest = address.slice(path.length)
    const [first = ''] = rest
    if (first === '' || first === '?') return `/v1/batch${rest}`
    if (rest === '.js' || rest.startsWith('.js?')) return `/waymark.js${rest.slice(3)}`
    if (first !== '/') return address
    // Two where a page gives a host with a slash at the end.
    const asked = rest.replace(/^\/{2,}/, '/')
    return IS_FOR_PAGES.test(asked) && !STEPS.test(asked) ? asked : NOWHERE
  }
}
