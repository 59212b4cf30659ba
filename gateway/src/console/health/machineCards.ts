import { html } from 'hono/html'
import type { HealthFacts, TableFacts, Told } from '../../health/facts.ts'
import { bytesWords, countWords, spanWords } from '../../health/words.ts'
import type { IngestCounters } from '../../ingest/request/counters.ts'
import { label } from '../../read/label.ts'
import type { Html } from '../frame/layout.ts'
import { clock } from './runCard.ts'

/** Gateway, requests, models and tables in figures. */
export function machineCards(facts: HealthFacts): Html {
  const { gateway, engine, now, requests, models, tables } = facts
  return html`<div class="columns">
<div><section class="card" aria-labelledby="process"><h2 id="process">This gateway</h2><dl>
<dt>Version</dt><dd>${label(gateway.version)}</dd>
<dt>Up since</dt><dd>${clock(gateway.startedAt)} (${spanWords(now - gateway.startedAt)})</dd>
<dt>Role</dt><dd>${gateway.role}</dd>
<dt>Process</dt><dd>${gateway.pid}, Node ${label(gateway.node)}, ${bytesWords(gateway.memoryBytes)} of memory</dd>
<dt>Engine</dt><dd>${{ embedded: 'embedded', guest: 'embedded, run by another process', server: 'ClickHouse server', cluster: 'ClickHouse cluster' }[engine.place]}${engine.ping.isKnown ? html`, ${label(engine.ping.value.version)}` : ''}</dd>
</dl></section>
<section class="card" aria-labelledby="requests"><h2 id="requests">Requests since the start</h2><dl>${REQUESTS.map(
    ([name, title]) => html`<dt>${title}</dt><dd>${countWords(requests[name])}</dd>`,
  )}</dl><p class="hint">Of this process. Only answered ones hold events that are counted above.</p></section>
<section class="card" aria-labelledby="models"><h2 id="models">Models</h2>
${told(
  models,
  known => html`<table class="models"><thead><tr><th scope="col">Model</th><th scope="col">Kind</th><th scope="col" class="number">Version</th><th scope="col">Active since</th></tr></thead>
<tbody>${known.map(({ id, kind, version, activeSince }) => html`<tr><th scope="row">${label(id, 60)}</th><td>${label(kind, 30)}</td><td class="number" data-label="Version">${version}</td><td>${activeSince > 0 ? clock(activeSince) : '–'}</td></tr>`)}</tbody></table>`,
)}</section>
</div><section class="card" aria-labelledby="tables"><h2 id="tables">Tables</h2>
${told(tables, known => (known.length === 0 ? html`<p>They are empty.</p>` : tableList(known)))}</section>
</div>`
}

const REQUESTS: readonly (readonly [name: keyof IngestCounters, title: string])[] = [
  ['answered', 'Answered'],
  ['unknownKey', 'Unknown key'],
  ['unreadable', 'Unreadable'],
  ['refused', 'Refused'],
  ['tooLarge', 'Too large'],
  ['overloaded', 'Told to come back later'],
  ['failed', 'Failed'],
  ['conflicts', 'Message ids used again for another event'],
]

function tableList(tables: readonly TableFacts[]): Html {
  return html`<table class="tables"><thead><tr><th scope="col">Table</th><th scope="col" class="number">Rows</th><th scope="col" class="number">On disk</th><th scope="col" class="number">Parts</th></tr></thead>
<tbody>${tables.map(
    ({ table, rows, bytes, parts }) =>
      html`<tr><th scope="row">${label(table, 60)}</th><td class="number" data-label="Rows">${countWords(rows)}</td><td class="number">${bytesWords(bytes)}</td><td class="number" data-label="Parts">${countWords(parts)}</td></tr>`,
  )}</tbody></table>`
}

function told<T>(look: Told<T>, show: (value: T) => Html): Html {
  return look.isKnown ? show(look.value) : html`<p class="complaint">This could not be looked up: ${label(look.error)}.</p>`
}
