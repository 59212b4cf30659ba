import { html } from 'hono/html'
import type { RejectedCount, RejectedEvent, RejectedPage } from '../../ingest/request/rejectedList.ts'
import { label } from '../../read/label.ts'
import { ago, href } from '../frame/format.ts'
import { type Html, layout, notice } from '../frame/layout.ts'
import { ADVICE, adviceFor } from './advice.ts'
import { back, type FilterWords, SPANS } from './replayPages.ts'
import { readable } from './shown.ts'

export interface RejectedView {
  readonly query: FilterWords & { readonly cursor: string }
  readonly list: RejectedPage
  readonly counts: readonly RejectedCount[]
  /** How far back the counts reach. */
  readonly days: number
  readonly now: number
}

/** What failed validation: first how much of what and what to do about it, then each event as it came. */
export function rejectedPage({ query, list, counts, days, now }: RejectedView): Html {
  return layout(
    { title: 'Rejected events', isSignedIn: true, at: 'rejected' },
    html`<div class="head"><h1>Rejected events</h1><p class="hint">They were answered with the reason and are kept as they came. Times are UTC.</p></div>
${counts.length === 0 ? '' : summary(counts, days, now)}
${filters(query, counts)}
${list.data.length === 0 ? '' : replayLine(query)}
${list.data.length === 0 ? empty(query) : table(list.data)}
${paging(query, list)}`,
  )
}

function summary(counts: readonly RejectedCount[], days: number, now: number): Html {
  return html`<section class="card" aria-labelledby="by-reason"><h2 id="by-reason">By reason, last ${days} days</h2>
<div class="scroll" role="region" aria-label="By reason" tabindex="0"><table class="reasons-rejected">
<thead><tr><th scope="col">Source</th><th scope="col">Reason</th><th scope="col" class="number">Events</th><th scope="col">Last</th><th scope="col">What to do</th></tr></thead>
<tbody>${counts.map(count => countRow(count, now))}</tbody>
</table></div></section>`
}

function countRow({ source_id, code, n, last_at, message }: RejectedCount, now: number): Html {
  const link = href('/console/rejected', { source: source_id, code })
  return html`<tr>
<th scope="row">${label(source_id, 60)}</th>
<td><a href="${link}"><code>${label(code, 60)}</code></a></td>
<td class="number" data-label="Events">${n.toLocaleString('en-GB')}</td>
<td data-label="Last">${ago(new Date(last_at).toISOString(), now)}</td>
<td class="advice">${adviceFor(code)}<span class="sub">Last said: ${label(message, 200)}</span></td>
</tr>`
}

function filters({ source, code, event, span }: RejectedView['query'], counts: readonly RejectedCount[]): Html {
  const sources = [...new Set([...counts.map(({ source_id }) => source_id), ...(source === '' ? [] : [source])])].sort()
  const codes = [...new Set([...Object.keys(ADVICE), ...(code === '' ? [] : [code])])].sort()
  return html`<form class="filters" method="get" action="/console/rejected" role="search" aria-label="Filter rejected events">
${select('source', 'Source', sources, source)}
${select('code', 'Reason', codes, code)}
<div class="field"><label for="event">Event</label><input id="event" name="event" value="${event}" maxlength="200" autocomplete="off"></div>
<div class="field"><label for="span">Received</label><select id="span" name="span">${Object.entries(SPANS).map(
    ([value, words]) =>
      html`<option value="${value}"${value === span ? html` selected` : ''}>${words.charAt(0).toUpperCase() + words.slice(1)}</option>`,
  )}</select></div>
<div class="field"><button type="submit">Show</button></div>
${source === '' && code === '' && event === '' && span === '' ? '' : html`<div class="field"><a class="button quiet" href="/console/rejected">Clear</a></div>`}
</form>`
}

/** Nothing happens before the next page is asked. */
function replayLine({ source, code, event, span }: RejectedView['query']): Html {
  return html`<p class="replay"><a class="button quiet" href="${href('/console/rejected/replay', { source, code, event, span })}">Replay these …</a> <span class="hint">when the plan or the rule that refused them is mended.</span></p>`
}

function select(name: string, title: string, words: readonly string[], chosen: string): Html {
  return html`<div class="field"><label for="${name}">${title}</label><select id="${name}" name="${name}"><option value="">Any</option>
${words.map(word => html`<option value="${word}"${word === chosen ? html` selected` : ''}>${label(word, 60)}</option>`)}
</select></div>`
}

function table(events: readonly RejectedEvent[]): Html {
  return html`<div class="scroll" role="region" aria-label="Rejected events" tabindex="0"><table class="rejected">
<thead><tr><th scope="col">Received</th><th scope="col">Source</th><th scope="col">Reason</th><th scope="col">Event</th></tr></thead>
<tbody>${events.map(row)}</tbody>
</table></div>`
}

function row({ source, receivedAt, index, messageId, code, path, message, event, raw, isReplayed }: RejectedEvent): Html {
  return html`<tr>
<td><time datetime="${receivedAt}">${receivedAt.slice(0, 10)} <span>${receivedAt.slice(11, 19)}</span></time></td>
<td>${label(source, 60)}</td>
<td><code>${label(code, 60)}</code>${path === '' ? '' : html` at <code>${label(path, 120)}</code>`}<span class="sub">${label(message, 300)}</span></td>
<td>${event === '' ? '' : html`${label(event, 80)} `}${isReplayed ? html`<span class="status">replayed</span>` : ''}<details><summary>As it came</summary><pre>${readable(raw)}</pre></details><span class="sub">${messageId === null ? 'without a message id' : html`message id ${label(messageId, 100)}`}, number ${index + 1} of its request</span></td>
</tr>`
}

function empty({ source, code, event, span, cursor }: RejectedView['query']): Html {
  if (source !== '' || code !== '' || event !== '' || span !== '' || cursor !== '')
    return notice('Nothing more like this', [html`<a href="/console/rejected">Show all rejected events</a>.`], true)
  return notice(
    'Nothing was rejected',
    [
      'Every event that arrived was an event. One that is not appears here some seconds after it was answered, with the reason and what to do.',
      html`Whole requests that were refused, for a wrong key for instance, hold no events that could be kept: see <a href="/console/live?outcome=refused">live events</a>.`,
    ],
    true,
  )
}

function paging({ cursor, ...words }: RejectedView['query'], { nextCursor }: RejectedPage): Html {
  const { source, code, event, span } = words
  return html`<nav class="paging" aria-label="Pages">${
    cursor === '' ? '' : html`<a class="button quiet" href="${back({ source, code, event, span })}">Newest</a>`
  }${nextCursor === null ? '' : html`<a class="button quiet" href="${href('/console/rejected', { source, code, event, span, cursor: nextCursor })}">Older</a>`}</nav>`
}
