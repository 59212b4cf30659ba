import { html } from 'hono/html'
import { countWords, spanWords } from '../../health/words.ts'
import type { IngestCounts } from '../../ingest/stats.ts'
import { label } from '../../read/label.ts'
import { day, href, minute } from '../frame/format.ts'
import { type Html, layout, notice } from '../frame/layout.ts'
import { copyable, curlLine, nodeLines, pageSnippet, YOUR_KEY } from './embed.ts'
import type { BotFacts, SecretKeyFacts, SourceFacts, SourcesFacts, WriteKeyFacts } from './readSources.ts'

export interface SourcesView {
  readonly facts: SourcesFacts
  /** Under which the visitor's browser reaches the gateway. */
  readonly origin: string
  readonly now: number
  /** What was done just now; null: nothing. */
  readonly said: string | null
  readonly ingestPath: string | null
  /** Where configured write keys and secret keys are set. */
  readonly setIn: { readonly write: string; readonly secret: string }
}

export function sourcesPage({ facts, origin, now, said, ingestPath, setIn }: SourcesView): Html {
  const { sources, secretKeys, missing } = facts
  return layout(
    { title: 'Sources and keys', isSignedIn: true, at: 'sources' },
    html`<div class="head"><h1>Sources and keys</h1><div class="acts"><a class="button" href="/console/sources/keys/new">New write key</a><a class="button quiet" href="/console/sources/keys/new?kind=secret">New secret key</a></div></div>
${said === null ? '' : html`<p class="complaint said" role="status">${said}</p>`}
${missing === null ? '' : html`<p class="complaint" role="alert">Created keys or counts are missing here: ${label(missing, 300)}. <a href="/console/health">Health</a> says more; reload when it is well again.</p>`}
${sources.length === 0 ? notice('No source yet', ['A source is a site or a service that sends events. Make a write key for it.'], true) : ''}
${sources.map((source, index) => sourceCard(source, { origin, ingestPath, now, setIn: setIn.write, id: `source-${index}`, isCounted: missing === null }))}
<section class="card" aria-labelledby="secret-keys"><h2 id="secret-keys">Secret keys</h2>
<p class="hint">They read and operate the gateway over its API, within their scopes.</p>
${
  secretKeys.length === 0
    ? html`<p>There is none.</p>`
    : html`<table class="keys"><thead><tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">May</th><th scope="col">Created</th><th scope="col">State</th></tr></thead><tbody>${secretKeys.map(key => secretRow(key, setIn.secret, now))}</tbody></table>`
}
</section>`,
  )
}

interface CardEdges {
  readonly origin: string
  readonly ingestPath: string | null
  readonly now: number
  readonly setIn: string
  readonly id: string
  readonly isCounted: boolean
}

function sourceCard(source: SourceFacts, { origin, ingestPath, now, setIn, id, isCounted }: CardEdges): Html {
  const { name, keys, lastAt, day: ofDay, week } = source
  const isSilent = isCounted && lastAt === null && week.received === 0
  return html`<section class="card source" aria-labelledby="${id}">
<div class="head"><h2 id="${id}">${label(name, 80)}</h2>${trusts(keys)}<p class="hint">${lastSeen(source, now, isCounted)}</p>
<a class="add" href="${href('/console/sources/keys/new', { name })}">Add a key<span class="unseen"> to ${label(name, 80)}</span></a>${
    keys.length === 0
      ? ''
      : html`<a href="${href('/console/sources/settings', { source: name })}">Settings<span class="unseen"> of ${label(name, 80)}</span></a>`
  }</div>
<div class="columns"><div>${keys.length === 0 ? html`<p>No key: these events came by import, or by a key that is configured no more.</p>` : keyTable(keys, setIn, now)}
${keys.some(key => !key.server) ? html`<p class="hint">Pages that may send: ${source.origins === null ? 'any' : label(source.origins.join(', '), 400)}.${source.hasFirstPartyId ? ' First-party id: on.' : ''}</p>` : ''}${turnedAway(source)}</div>
<div>${isCounted ? html`${counts(ofDay, week)}${botList(source.bots)}` : ''}</div></div>
${isSilent ? html`<h3>Send a first event</h3>` : ''}
${embedding(keys, { origin, ingestPath, now, isOpen: isSilent })}
</section>`
}

function trusts(keys: readonly WriteKeyFacts[]): Html {
  const browser = keys.some(key => !key.server)
  const server = keys.some(key => key.server)
  return html`${browser ? html`<span class="level" title="Anybody may read the key in the page: what it claims about identity is believed little.">Browser</span>` : ''}${
    server ? html`<span class="level" title="The key is private: identities told with it are verified.">Server</span>` : ''
  }`
}

function lastSeen({ lastAt, week }: SourceFacts, now: number, isCounted: boolean): Html | string {
  if (lastAt !== null) {
    const iso = new Date(lastAt).toISOString()
    return html`last event <time datetime="${iso}" title="${minute(iso)}">${spanWords(now - lastAt)} ago</time>`
  }
  if (!isCounted) return ''
  return week.received > 0 ? 'first events are being loaded' : 'nothing received yet'
}

function keyTable(keys: readonly WriteKeyFacts[], setIn: string, now: number): Html {
  return html`<table class="keys"><thead><tr><th scope="col">Key</th><th scope="col">For</th><th scope="col">Created</th><th scope="col">State</th></tr></thead>
<tbody>${keys.map(
    key => html`<tr><th scope="row">${key.publicKey === null ? ending(key.last4) : html`<code>${label(key.publicKey, 200)}</code>`}${key.id === null ? '' : html`<span class="sub">${label(key.id, 40)}</span>`}</th>
<td>${key.server ? 'servers' : 'pages'}</td><td>${created(key.createdAt, setIn)}</td><td>${state(key, now)}</td></tr>`,
  )}</tbody></table>`
}

function secretRow(key: SecretKeyFacts, setIn: string, now: number): Html {
  return html`<tr><th scope="row">${label(key.name, 80)}${key.id === null ? '' : html`<span class="sub">${label(key.id, 40)}</span>`}</th><td>${ending(key.last4)}</td><td>${label(key.scopes.join(', '))}</td><td>${created(key.createdAt, setIn)}</td><td>${state(key, now)}</td></tr>`
}

function ending(last4: string): Html {
  return last4 === '' ? html`<span class="sub">a short key, not shown</span>` : html`<code>…${label(last4, 8)}</code>`
}

function created(at: number | null, setIn: string): Html | string {
  return at === null ? html`<span class="sub">set in ${label(setIn, 200)}</span>` : day(new Date(at).toISOString())
}

function state({ id, revokedAt }: Pick<WriteKeyFacts, 'id' | 'revokedAt'>, now: number): Html {
  const at = revokedAt === null ? '' : new Date(revokedAt).toISOString()
  if (revokedAt !== null && revokedAt <= now) return html`<span class="level">Revoked</span><span class="sub">${day(at)}</span>`
  const path = id === null ? '' : `/console/sources/keys/${encodeURIComponent(id)}`
  return html`<span class="level ok">Live</span>${at === '' ? '' : html`<span class="sub">until ${minute(at)}</span>`}${
    id === null ? '' : html`${at === '' ? html` <a href="${path}/rotate">Rotate</a>` : ''} <a href="${path}/revoke">Revoke</a>`
  }`
}

/** Small, for most sources have nothing of it. */
function turnedAway({ name, refusals: { byOrigin, byRate } }: SourceFacts): Html | string {
  if (byOrigin + byRate === 0) return ''
  const parts = [
    ...(byOrigin > 0 ? [`${countWords(byOrigin)} from pages that are not listed`] : []),
    ...(byRate > 0 ? [`${countWords(byRate)} above its limit`] : []),
  ]
  return html`<p class="hint">Requests refused since this gateway started: ${parts.join(', ')}. <a href="${href('/console/sources/settings', { source: name })}">Which</a></p>`
}

const ROWS: readonly (readonly [title: string, of: keyof IngestCounts, isAlways: boolean])[] = [
  ['Received', 'received', true],
  ['Stored', 'stored', true],
  ['Waiting to be loaded', 'pending', false],
  ['Rejected', 'rejected', true],
  ['Copies', 'deduplicated', true],
  ['Suppressed', 'suppressed', false],
]

function counts(ofDay: IngestCounts, week: IngestCounts): Html {
  return html`<table class="source-counts"><thead><tr><th scope="col">Events</th><th scope="col" class="number">24 hours</th><th scope="col" class="number">7 days</th></tr></thead>
<tbody>${ROWS.filter(([, of, isAlways]) => isAlways || week[of] > 0).map(
    ([title, of]) =>
      html`<tr><th scope="row">${title}</th>${[ofDay, week].map(
        period =>
          html`<td class="number">${countWords(period[of])}${of === 'rejected' && period.rejected > 0 ? html` <span class="rejected-share">${share(period)}</span>` : ''}</td>`,
      )}</tr>`,
  )}</tbody></table>${week.rejected > 0 ? html`<p class="hint"><a href="/console/rejected">Why they were rejected</a></p>` : ''}`
}

/** Closed: most sites have some, and need not think of them. */
function botList(bots: readonly BotFacts[] | null): Html | string {
  if (bots === null) return html`<p class="hint">How much of it was made by bots could not be counted in time.</p>`
  if (bots.length === 0) return ''
  const all = bots.reduce((sum, { events }) => sum + events, 0)
  return html`<details><summary>${countWords(all)} by bots, 7 days</summary>
<table class="source-counts"><thead><tr><th scope="col">Seen by</th><th scope="col" class="number">Events</th></tr></thead>
<tbody>${bots.map(({ reason, events }) => html`<tr><th scope="row">${label(reason, 60)}</th><td class="number">${countWords(events)}</td></tr>`)}</tbody></table>
<p class="hint">They are stored and shown, and count for nobody’s intent.</p></details>`
}

/** Small shares are not none. */
function share({ rejected, received }: IngestCounts): string {
  const percent = (100 * rejected) / Math.max(1, received)
  return percent < 0.1 ? '(< 0.1 %)' : `(${percent.toFixed(1)} %)`
}

/** How to send with the live keys; closed where events come already. */
function embedding(
  keys: readonly WriteKeyFacts[],
  { origin, ingestPath, now, isOpen }: Pick<CardEdges, 'origin' | 'ingestPath' | 'now'> & { readonly isOpen: boolean },
): Html {
  const live = keys.filter(key => key.revokedAt === null || key.revokedAt > now)
  // Of a key that is being rotated out nobody should make new copies.
  const publicKey =
    live.toSorted((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null)).find(key => key.publicKey !== null)?.publicKey ??
    null
  const open = isOpen ? html` open` : ''
  const page = html`<details${open}><summary>For a page: the snippet</summary>
${copyable('Snippet for a page', pageSnippet(origin, publicKey ?? YOUR_KEY, ingestPath))}
<p class="hint">${publicKey === null ? html`Put your key in place of <code>${YOUR_KEY}</code>: this one was made before they were kept, so this page does not know it.` : 'Into the head of every page; page views are sent by themselves.'} Or from a terminal:</p>
${copyable('One event from a terminal', curlLine(origin, publicKey ?? YOUR_KEY))}</details>`
  const server = html`<details${open}><summary>For a service: Node</summary>
${copyable('Lines for a Node service', nodeLines(origin))}
<p class="hint"><code>WAYMARK_WRITE_KEY</code> is the server key; it is never shown again, only its last four characters. It is refused when a page sends it. Or from a terminal:</p>
${copyable('One event from a terminal', curlLine(origin, '$WAYMARK_WRITE_KEY').replaceAll("'$WAYMARK_WRITE_KEY:'", '"$WAYMARK_WRITE_KEY:"'))}</details>`
  return html`${live.some(key => !key.server) ? page : ''}${live.some(key => key.server) ? server : ''}`
}
