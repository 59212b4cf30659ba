import { html } from 'hono/html'
import type { StoredKey } from '../../keys/table.ts'
import { label } from '../../read/label.ts'
import { minute } from '../frame/format.ts'
import { type Html, layout } from '../frame/layout.ts'

const HOUR_MS = 3_600_000

/** How long the old key stays good; the form sends the name. */
export const OVERLAPS: { readonly [name: string]: { readonly ms: number; readonly words: string } } = {
  month: { ms: 30 * 24 * HOUR_MS, words: '30 days: for keys in apps and pages that are cached long' },
  week: { ms: 7 * 24 * HOUR_MS, words: '7 days' },
  day: { ms: 24 * HOUR_MS, words: '1 day' },
  hour: { ms: HOUR_MS, words: '1 hour' },
  none: { ms: 0, words: 'not at all: it has leaked' },
}

export function rotatePage(key: StoredKey, once: string): Html {
  return layout(
    { title: 'Rotate a key', isSignedIn: true },
    html`<p class="crumbs"><a href="/console/sources">Sources and keys</a></p><section class="card narrow key-form"><h1>Rotate this key</h1>
<dl><dt>${key.kind === 'write' ? 'Source' : 'Holder'}</dt><dd>${label(key.name, 80)}</dd><dt>Key</dt><dd><code>…${label(key.last4, 8)}</code> (${label(key.key_id, 40)})</dd><dt>Created</dt><dd>${minute(new Date(key.created_at).toISOString())}</dd></dl>
<p>A new key of the same name and rights is made. Both are good until the time of the old one is over; change it where it is used before that.</p>
<form method="post" action="/console/sources/keys/${encodeURIComponent(key.key_id)}/rotate">
<input type="hidden" name="once" value="${once}">
<fieldset><legend>The old key stays good for</legend>
${Object.entries(OVERLAPS).map(
  ([name, { words }]) =>
    html`<label class="choice"><input type="radio" name="overlap" value="${name}"${name === 'week' ? html` checked` : ''}><span>${words}</span></label>`,
)}</fieldset>
<button type="submit">Make the new key</button>
<a class="button quiet" href="/console/sources">Cancel</a></form></section>`,
  )
}
