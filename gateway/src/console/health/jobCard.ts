import { html } from 'hono/html'
import type { HealthFacts, JobFacts } from '../../health/facts.ts'
import { countWords, spanWords } from '../../health/words.ts'
import { label } from '../../read/label.ts'
import type { Html } from '../frame/layout.ts'
import { clock } from './runCard.ts'

/** What each job does, for who does not know the pipeline. */
const DOES: { readonly [job: string]: string } = {
  stitch: 'joins identifiers to people',
  memberships: 'ties people to accounts',
  touches: 'counts what people did, by day',
  orders: 'takes in orders and opportunities',
  scores: 'scores the intent of accounts, with reasons',
  stages: 'places accounts on their journey',
}

export function jobCard(facts: HealthFacts): Html {
  const { jobs, gateway } = facts
  return html`<section class="card" aria-labelledby="jobs"><div class="head"><h2 id="jobs">Jobs</h2>
<form method="post" action="/console/health/run"><button type="submit">Run now</button></form></div>
${
  jobs.isKnown
    ? html`<table class="jobs"><thead><tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">Last good run</th><th scope="col" class="number">Took</th><th scope="col" class="number">Rows written</th><th scope="col">Next due</th></tr></thead>
<tbody>${jobs.value.map((job, index) => row(job, jobs.value.slice(0, index).find(({ state }) => state === 'failing')?.job ?? null, facts))}</tbody></table>`
    : html`<p class="complaint">The jobs could not be looked up: ${label(jobs.error)}.</p>`
}
<p class="hint">They run in this order, within 20 seconds after new events were loaded, and once each UTC day.${gateway.role === 'ingest' ? ' This process runs none by itself (ROLE=ingest).' : ''}</p>
</section>`
}

const STATES: { readonly [state in JobFacts['state']]: readonly [level: string, words: string] } = {
  ok: ['ok', 'OK'],
  running: ['busy', 'Running'],
  failing: ['bad', 'Failing'],
  never: ['', 'Never ran'],
}

function row(facts: JobFacts, waitsFor: string | null, { now, gateway, loading }: HealthFacts): Html {
  const { job, state, lastGood, error, since } = facts
  const [level, words] = STATES[state]
  const isNew = loading.isKnown && loading.value.unseenSince !== null
  return html`<tr><th scope="row">${label(job)}<span class="sub">${DOES[job] ?? ''}</span></th>
<td><span class="level ${level}">${words}</span>${since === null ? '' : html`<span class="sub">since ${clock(since)}</span>`}${state === 'failing' ? html`<span class="error">${error === '' ? 'No reason was recorded.' : label(error, 300)}</span>` : ''}</td>
<td data-label="Last good run">${lastGood === null ? '–' : html`${spanWords(now - lastGood.startedAt)} ago<span class="sub">${clock(lastGood.startedAt)}</span>`}</td>
<td class="number" data-label="Took">${lastGood === null ? '–' : spanWords(lastGood.durationMs)}</td>
<td class="number" data-label="Rows">${lastGood === null ? '–' : countWords(lastGood.rows)}</td>
<td data-label="Next due">${gateway.role === 'ingest' ? 'by another process' : waitsFor === null ? nextDue(facts, isNew) : html`when ${label(waitsFor)} works again`}</td></tr>`
}

/** As the scheduler decides: what is new, what failed, a new day. */
function nextDue({ state, lastGood }: JobFacts, isNew: boolean): string {
  if (state === 'running') return 'now'
  if (state === 'failing') return 'within a minute'
  if (lastGood === null || isNew) return 'within 20 s'
  return 'with the next events'
}
