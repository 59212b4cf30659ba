import { html } from 'hono/html'
import type { Told } from '../../health/facts.ts'
import { jobError } from '../../health/jobFacts.ts'
import type { JobRunRow } from '../../health/queries.ts'
import { countWords, spanWords } from '../../health/words.ts'
import { label } from '../../read/label.ts'
import { minute } from '../frame/format.ts'
import { type Html, notice } from '../frame/layout.ts'

/** The latest runs, with their durations as bars of one scale. */
export function runCard(runs: Told<readonly JobRunRow[]>, onlyFailed: boolean): Html {
  return html`<section class="card" aria-labelledby="runs"><div class="head"><h2 id="runs">Latest runs</h2>
<p class="hint"><a href="/console/health#runs"${onlyFailed ? '' : html` aria-current="true"`}>All</a> · <a href="/console/health?runs=failed#runs"${onlyFailed ? html` aria-current="true"` : ''}>Failed only</a></p></div>
${runs.isKnown ? listed(runs.value, onlyFailed) : html`<p class="complaint">The runs could not be looked up: ${label(runs.error)}.</p>`}</section>`
}

function listed(runs: readonly JobRunRow[], onlyFailed: boolean): Html {
  if (runs.length === 0)
    return onlyFailed
      ? notice('No run failed', ['In the last 30 days, as long as runs are kept.'], true)
      : notice('No run yet', ['The jobs run within 20 seconds after the first events were loaded, or by “Run now”.'], true)
  const longest = Math.max(1, ...runs.map(run => run.duration_ms))
  return html`<table class="runs"><thead><tr><th scope="col">Job</th><th scope="col">Started</th><th scope="col">Ended</th><th scope="col">Took</th><th scope="col" class="number">Rows written</th></tr></thead>
<tbody>${runs.map(run => row(run, longest))}</tbody></table>`
}

const ENDS: { readonly [state: string]: readonly [level: string, words: string] } = {
  done: ['ok', 'OK'],
  running: ['busy', 'Running'],
  failed: ['bad', 'Failed'],
  abandoned: ['warn', 'Cut short'],
}

function row({ job, state, started_at, duration_ms, rows, error }: JobRunRow, longest: number): Html {
  const [level, words] = ENDS[state] ?? ['', label(state)]
  const isOver = state === 'done' || state === 'failed'
  return html`<tr><th scope="row">${label(job)}</th><td>${clock(started_at)}</td>
<td><span class="level ${level}">${words}</span>${error === '' ? '' : html`<span class="error">${label(jobError(job, error), 300)}</span>`}</td>
<td class="took">${isOver ? html`${bar(duration_ms / longest)}<span>${spanWords(duration_ms)}</span>` : '–'}</td>
<td class="number" data-label="Rows">${state === 'done' ? countWords(rows) : '–'}</td></tr>`
}

/** The length stands beside it as text. */
function bar(share: number): Html {
  const width = Math.max(0.5, Math.min(100, share * 100)).toFixed(1)
  return html`<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8" rx="4"/><rect class="fill" width="${width}" height="8" rx="4"/></svg>`
}

/** `<time>`: clock and day, to the second in its tooltip. */
export function clock(at: number): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" title="${iso}">${minute(iso)}</time>`
}
