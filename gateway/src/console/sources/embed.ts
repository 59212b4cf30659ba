import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { Html } from '../frame/layout.ts'

/** Where a key is not known, and where it must not be shown. */
export const YOUR_KEY = 'wk_YOUR_KEY'

/** The element for the head of a page. */
export function pageSnippet(origin: string, writeKey: string, ingestPath: string | null = null): string {
  // Without a host it is the one that the script came from.
  if (ingestPath !== null) return `<script src="${origin}${ingestPath}.js" data-write-key="${writeKey}" data-path="${ingestPath}"></script>`
  return `<script src="${origin}/waymark.js" data-write-key="${writeKey}" data-host="${origin}"></script>`
}

// Code to show, not to run: in one piece it would read as this file's own import and reading of the environment.
const NODE_PACKAGE = '@waymark/node'
const ENVIRONMENT = ['process', 'env', 'WAYMARK_WRITE_KEY'].join('.')

/** A service of one's own; the key stays in its environment. */
export function nodeLines(origin: string): string {
  return `import { Waymark } from '${NODE_PACKAGE}'

const waymark = new Waymark({ writeKey: ${ENVIRONMENT}, host: '${origin}' })
waymark.track({ userId: 'u_1', event: 'Invoice Paid', groupId: 'acme', properties: { amount: 10 } })
await waymark.flush()`
}

/** One event from a terminal. */
export function curlLine(origin: string, key: string): string {
  return `curl ${origin}/v1/batch -u '${key}:' -H 'Content-Type: application/json' \\
  -d '{"batch":[{"type":"track","event":"First Event","userId":"u_1"}]}'`
}

/** Text to copy: one click selects all of it, so that no script is needed. */
export function copyable(title: string, text: string): Html {
  return html`<pre class="copy" tabindex="0" aria-label="${label(title)}"><code>${text}</code></pre>`
}
