/** Pages that run a peer's SDK and nothing else. */
import { dirname } from 'node:path'
import { min } from '@segment/snippet'
import { build } from 'esbuild'
import { type Ids, PEERS, type PeerId } from './peers.ts'

export type BrowserPeerId = Exclude<PeerId, 'analytics-node' | 'rudder-node'>

interface Told {
  readonly writeKey: string
  readonly host: string
}

/** Stands in the docs for the address of a gateway. */
const DOCS_HOST = 'https://collect.example.com'
const SEGMENT = `import { AnalyticsBrowser } from '@segment/analytics-next'`

/** Markup of the page of a peer; it leaves the SDK's object as `window.sdk`. */
export async function pageOf(peer: BrowserPeerId, told: Told): Promise<string> {
  return withScript(peer === 'snippet' ? snippet(told) : await bundled(asTheDocsSay(peer, told)))
}

/** That of RudderStack's bundled SDK with more options, as they stand in a page: `useServerSideCookies: true`. */
export async function rudderPage(told: Told, options: string): Promise<string> {
  return withScript(await bundled(asTheDocsSay('rudder-js', told).replace(/(configUrl: '[^']*')/, `$1, ${options}`)))
}

const IMPORTS: Readonly<Record<Exclude<BrowserPeerId, 'snippet'>, string>> = {
  'analytics-next': SEGMENT,
  'analytics-next-batching': SEGMENT,
  'rudder-js-plain': rudderFrom(''),
  'rudder-js': rudderFrom('/bundled'),
  'rudder-js-lite': rudderFrom('/lite'),
  'rudder-js-beacon': rudderFrom('/bundled'),
}

/** What the docs say, word for word, but for the host and the key. */
function asTheDocsSay(peer: Exclude<BrowserPeerId, 'snippet'>, { writeKey, host }: Told): string {
  const { says } = PEERS.find(({ id }) => id === peer) ?? { says: '' }
  return `${IMPORTS[peer]}
    const writeKey = '${writeKey}'
    const loaded = ${says.replaceAll(DOCS_HOST, host)}
    window.sdk ??= loaded`
}

function rudderFrom(form: string): string {
  return `import { RudderAnalytics } from '@rudderstack/analytics-js${form}'
    const rudderanalytics = new RudderAnalytics()
    window.sdk = rudderanalytics`
}

/** The published one; there is no TLS on loopback. */
function snippet({ writeKey, host }: Told): string {
  const name = new URL(host).host
  return min({ apiKey: writeKey, host: name, page: false }).replace(`https://${name}`, host)
}

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(import.meta.filename) },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

function withScript(script: string): string {
  return `<!doctype html><title>Plans</title><script>${script.replaceAll('</script', '<\\/script')}</script><h1>Plans</h1>`
}

interface BrowserSdk {
  /** Of analytics-next: resolves once it has its settings. */
  ready?(): Promise<unknown>
  page(name: string, properties: object): unknown
  identify(userId: string, traits: object): unknown
  group(groupId: string, traits: object): unknown
  track(event: string, properties: object): unknown
  screen?(name: string, properties: object): unknown
  alias(userId: string, previousId: string): unknown
}

declare global {
  interface Window {
    sdk?: BrowserSdk
    analytics?: BrowserSdk
  }
}

// Both run in the page, so they may name nothing outside themselves.

export function view(): void {
  ;(window.sdk ?? window.analytics)?.page('Plans', { section: 'plans' })
}

export function act({ userId, oldUserId, newUserId, groupId }: Ids): void {
  const sdk = window.sdk ?? window.analytics
  // Before anybody is known: once somebody is, analytics-next sends the known id in place of the new one.
  sdk?.alias(newUserId, oldUserId)
  sdk?.identify(userId, { email: `${userId}@acme.test`, name: 'Ana Almeida' })
  sdk?.group(groupId, { name: 'Acme', website: 'https://acme.test' })
  sdk?.track('Demo Requested', { plan: 'team', seats: 5 })
  sdk?.screen?.('Settings', { tab: 'billing' })
}
