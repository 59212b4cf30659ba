import { html } from 'hono/html'
import type { RejectedFilter } from '../../quarantine/candidates.ts'
import type { ReplayResult } from '../../quarantine/replay.ts'
import { HINDRANCES } from '../../quarantine/revive.ts'
import { label } from '../../read/label.ts'
import { href } from '../frame/format.ts'
import { type Html, layout } from '../frame/layout.ts'

/** What of the filter is in the address; the rest follows from it. */
export type FilterWords = { readonly source: string; readonly code: string; readonly event: string; readonly span: string }

/** Asks before anything happens; `once` makes the form good for one use. */
export function replayPage(words: FilterWords, once: string): Html {
  return layout(
    { title: 'Replay', isSignedIn: true },
    html`<div class="head"><h1>Replay rejected events</h1></div>
<section class="card"><p>${toldFilter(words)} are looked at again, by the rules and the tracking plan of now.</p>
<ul><li>What is right now is stored with its own time and the time it was received, and counts no longer as rejected.</li>
<li>What is still wrong stays here, and is told.</li>
<li>What was replayed before is left alone: nothing is counted twice.</li></ul>
<form method="post" action="/console/rejected/replay">${Object.entries(words).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<input type="hidden" name="once" value="${once}">
<p class="actions"><button type="submit">Replay</button> <a class="button quiet" href="${back(words)}">Back</a></p></form></section>`,
  )
}

export function replayedPage(
  words: FilterWords,
  { replayed, already, flawed, hindered, suppressed, next }: ReplayResult,
  once: string | null,
): Html {
  const number = (n: number) => n.toLocaleString('en-GB')
  const hinderedLines = Object.entries(hindered).filter(([, events]) => events > 0)
  return layout(
    { title: 'Replayed', isSignedIn: true },
    html`<div class="head"><h1>${number(replayed)} ${replayed === 1 ? 'event' : 'events'} replayed</h1></div>
<section class="card"><p>${replayed === 0 ? 'Nothing was stored anew.' : 'They are stored with their own times within seconds.'}</p>
<ul>${already === 0 ? '' : html`<li>${number(already)} were replayed before.</li>`}
${suppressed === 0 ? '' : html`<li>${number(suppressed)} are of people who must not be stored.</li>`}
${flawed.map(({ events, code, path, message }) => html`<li>${number(events)} are still not right: <code>${label(code, 60)}</code> at <code>${label(path, 120)}</code>, ${label(message, 300)}.</li>`)}
${hinderedLines.map(([by, events]) => html`<li>${number(events)} cannot be replayed: ${HINDRANCES[by as keyof typeof HINDRANCES]}.</li>`)}</ul>
${
  next === null || once === null
    ? ''
    : html`<form method="post" action="/console/rejected/replay">${Object.entries(words).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<input type="hidden" name="after" value="${`${next.received_at} ${next.segment_id} ${next.segment_index}`}"><input type="hidden" name="once" value="${once}">
<p>There are more.</p><p class="actions"><button type="submit">Go on</button></p></form>`
}
<p class="actions"><a class="button quiet" href="${back(words)}">Back to rejected events</a></p></section>`,
  )
}

export function back(words: FilterWords): string {
  return href('/console/rejected', words)
}

function toldFilter({ source, code, event, span }: FilterWords): Html {
  const parts = [
    source === '' ? '' : html` of source <strong>${label(source, 60)}</strong>`,
    code === '' ? '' : html` rejected as <code>${label(code, 60)}</code>`,
    event === '' ? '' : html` named <strong>${label(event, 80)}</strong>`,
    html` received ${SPANS[span] ?? SPANS['']}`,
  ]
  return html`All rejected events${parts}`
}

/** Spans of time that can be chosen, in words and in hours. */
export const SPANS: { readonly [span: string]: string } = {
  '': 'at any time',
  h: 'in the last hour',
  d: 'in the last day',
  w: 'in the last week',
}
const HOURS: { readonly [span: string]: number } = { h: 1, d: 24, w: 168 }

/** Where a chosen span begins, epoch milliseconds. */
export function beginningOf(span: string, now: number): number {
  const hours = Object.hasOwn(HOURS, span) ? HOURS[span] : undefined
  return hours === undefined ? 0 : now - hours * 3_600_000
}

export function filterOf(words: FilterWords, now: number): RejectedFilter {
  const { source, code, event, span } = words
  return { source, code, event, from: beginningOf(span, now), to: Date.UTC(2200, 0, 1), ids: [] }
}
