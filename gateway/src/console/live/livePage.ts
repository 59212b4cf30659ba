import { html } from 'hono/html'
import { OUTCOMES } from '../../ingest/live/entry.ts'
import type { LiveFilter } from '../../ingest/live/feed.ts'
import { label } from '../../read/label.ts'
import { href, sentence } from '../frame/format.ts'
import { type Html, layout } from '../frame/layout.ts'
import { blankRow, liveRow } from './liveRow.ts'
import type { ShownEntry } from './shown.ts'

export interface LiveView {
  readonly filter: LiveFilter
  readonly sources: readonly string[]
  /** Newest first. */
  readonly entries: readonly ShownEntry[]
  /** Where the stream goes on from what the page shows. */
  readonly after: string
  readonly perSecond: number
  /** Where SDKs send to. */
  readonly host: string
  /** A key that pages may carry; null where there is none. */
  readonly writeKey: string | null
  readonly hasDemo: boolean
  /** Whether this process is there for events; a page of one that only runs jobs stays empty. */
  readonly takesEvents: boolean
}

/** What arrives, as it arrives. Without script it is a list to be refreshed; with it the list grows by itself. */
export function livePage(view: LiveView): Html {
  const { filter, entries, after, perSecond } = view
  return layout(
    { title: 'Live events', isSignedIn: true, at: 'live' },
    html`<div class="head"><h1>Live events</h1><p class="hint">What this gateway answered in the last moments, newest first. Times are UTC.</p></div>
${filters(view)}
<div class="live-bar">
<p class="live-state"><span class="live-dot" aria-hidden="true"></span><span id="live-state">Not live: refresh to see more.</span></p>
<p><strong id="live-rate">${perSecond.toFixed(1)}</strong> events a second</p>
<span class="live-buttons"><a class="button quiet" id="live-refresh" href="${href('/console/live', { ...filterParameters(filter) })}">Refresh</a>
<button class="quiet" type="button" id="live-pause" hidden>Pause</button></span>
</div>
<p class="aside" id="live-news" role="status"></p>
<section id="live" aria-label="Events" data-stream="${href('/console/live/stream', { ...filterParameters(filter), after })}">
${entries.length === 0 ? empty(view) : ''}
<ol class="live-list" id="live-list">${entries.map(liveRow)}</ol>
<template id="live-row">${blankRow()}</template>
</section>
<script src="/console/live.js" defer></script>`,
  )
}

function filterParameters({ source, outcome, text }: LiveFilter): { readonly [name: string]: string } {
  return { source, outcome, q: text }
}

function filters({ filter, sources }: LiveView): Html {
  const { source, outcome, text } = filter
  const known = source === '' || sources.includes(source) ? sources : [...sources, source]
  return html`<form class="filters" method="get" action="/console/live" role="search" aria-label="Filter events">
<div class="field wide"><label for="q">Name, id, page or reason</label><input id="q" name="q" type="search" maxlength="200" value="${text}"></div>
<div class="field"><label for="source">Source</label><select id="source" name="source"><option value="">Any</option>
${known.map(name => html`<option value="${name}"${name === source ? html` selected` : ''}>${label(name, 60)}</option>`)}
</select></div>
<div class="field"><label for="outcome">Outcome</label><select id="outcome" name="outcome"><option value="">Any</option>
${OUTCOMES.map(name => html`<option value="${name}"${name === outcome ? html` selected` : ''}>${sentence(name)}</option>`)}
</select></div>
<div class="field"><button type="submit">Show</button></div>
${isFiltered(filter) ? html`<div class="field"><a class="button quiet" href="/console/live">Clear</a></div>` : ''}
</form>`
}

function empty({ filter, host, writeKey, hasDemo, takesEvents }: LiveView): Html {
  if (!takesEvents) {
    return html`<div class="notice" id="live-empty"><h2>No event came to this process</h2>
<p>It is there for the jobs (<code>ROLE=jobs</code>), and each process shows what it was sent itself. Open this page at one that senders are pointed to, with <code>ROLE=ingest</code> or <code>all</code>.</p>
<p>What is loaded, whichever process took it, is counted under <a href="/console/sources">Sources</a>; what was rejected is under <a href="/console/rejected">Rejected</a>.</p></div>`
  }
  if (isFiltered(filter)) {
    return html`<div class="notice" id="live-empty"><h2>Nothing like this yet</h2>
<p>No event of the last moments matches. One that arrives now is shown at once; <a href="/console/live">show all events</a>.</p></div>`
  }
  const command = `curl ${host}/v1/track -u ${writeKey ?? 'YOUR_WRITE_KEY'}: -H 'Content-Type: application/json' -d '{"anonymousId":"me","event":"Hello Waymark"}'`
  return html`<div class="notice" id="live-empty"><h2>Waiting for the first event</h2>
<p>Nothing has arrived since this gateway was started. Send one from a terminal; it shows up here within two seconds:</p>
<pre>${command}</pre>
<p>${hasDemo ? html`Or click through the <a href="/demo/">demo site</a>. ` : ''}The snippet for your own site and the keys are under <a href="/console/sources">Sources</a>. A request that was refused, for a wrong key for instance, is shown here too, with the reason.</p></div>`
}

function isFiltered({ source, outcome, text }: LiveFilter): boolean {
  return source !== '' || outcome !== '' || text !== ''
}
