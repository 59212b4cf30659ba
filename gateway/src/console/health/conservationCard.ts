import { html } from 'hono/html'
import type { CountFacts, Told } from '../../health/facts.ts'
import { unaccounted } from '../../health/judgeCounts.ts'
import { countWords } from '../../health/words.ts'
import type { IngestCounts } from '../../ingest/stats.ts'
import { label } from '../../read/label.ts'
import type { Html } from '../frame/layout.ts'

const ENDS = ['stored', 'pending', 'deduplicated', 'rejected', 'suppressed'] as const

/** `received = stored + pending + deduplicated + rejected + suppressed`, as a sum that can be checked by eye. */
export function conservationCard(counts: Told<CountFacts>): Html {
  return html`<section class="card" aria-labelledby="conservation"><h2 id="conservation">Where every event went</h2>
${counts.isKnown ? sums(counts.value) : html`<p class="complaint">Not counted: ${label(counts.error)}.</p>`}
<p class="hint">Each event received with a known key ends in exactly one of these. Requests with an unknown key or an unreadable body are counted apart, under Requests.</p>
</section>`
}

function sums({ lastDay, ever, everAt }: CountFacts): Html {
  const counted = new Date(everAt).toISOString()
  return html`<div class="scroll" role="region" aria-label="Counts of received events by period" tabindex="0"><table class="sums"><thead><tr><th scope="col"><span class="unseen">Period</span></th>
<th scope="col" class="number">Received</th>${ENDS.map((end, index) => html`<th scope="col" class="number"><span class="sign" aria-hidden="true">${index === 0 ? '=' : '+'}</span> ${end}</th>`)}<th scope="col" class="number">in no count</th></tr></thead>
<tbody>${sum(html`Last 24 hours`, lastDay)}${sum(html`In all<span class="sub">counted at <time datetime="${counted}">${counted.slice(11, 19)} UTC</time></span>`, ever)}</tbody></table></div>`
}

function sum(title: Html, counts: IngestCounts): Html {
  const difference = unaccounted(counts)
  return html`<tr><th scope="row">${title}</th><td class="number" data-label="Received">${countWords(counts.received)}</td>
${ENDS.map((end, index) => html`<td class="number" data-label="${index === 0 ? '=' : '+'} ${end}">${countWords(counts[end])}</td>`)}
<td class="number" data-label="in no count"><span class="level ${difference === 0 ? 'ok' : 'bad'}">${countWords(difference)}</span></td></tr>`
}
