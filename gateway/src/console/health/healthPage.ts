import { html } from 'hono/html'
import type { HealthFacts, Told } from '../../health/facts.ts'
import { type Check, type Finding, judgeHealth, type Level, verdict } from '../../health/judge.ts'
import type { JobRunRow } from '../../health/queries.ts'
import type { Ran } from '../../health/runNow.ts'
import { label } from '../../read/label.ts'
import { type Html, layout } from '../frame/layout.ts'
import { conservationCard } from './conservationCard.ts'
import { jobCard } from './jobCard.ts'
import { machineCards } from './machineCards.ts'
import { runCard } from './runCard.ts'

export interface HealthView {
  readonly facts: HealthFacts
  readonly runs: Told<readonly JobRunRow[]>
  readonly onlyFailed: boolean
  /** What came of “Run now”, where that led here. */
  readonly ran: Ran | null
}

export const RAN_NOTES: { readonly [ran in Ran]: string } = {
  done: 'The jobs ran.',
  running: 'The jobs are running; this takes a while. Reload the page to see how they get on.',
  busy: 'Another process has the turn to run the jobs; it does the same work. Reload the page to see how it gets on.',
  failed: 'The run failed; the reason is below.',
}

const TITLES: { readonly [check in Check]: string } = {
  gateway: 'Gateway',
  engine: 'Engine',
  spool: 'Spool',
  disk: 'Disk',
  loading: 'Loading',
  conservation: 'Conservation',
  requests: 'Requests',
  jobs: 'Jobs',
  tables: 'Tables',
}

const LEVEL_WORDS: { readonly [level in Level]: string } = { ok: 'OK', warn: 'Look', bad: 'Wrong' }

export function healthPage({ facts, runs, onlyFailed, ran }: HealthView): Html {
  const findings = judgeHealth(facts)
  const at = new Date(facts.now).toISOString()
  return layout(
    { title: 'Health', isSignedIn: true, at: 'health' },
    html`<div class="head"><h1>Health</h1><p class="hint">as of <time datetime="${at}">${at.slice(11, 19)} UTC</time> · <a href="/console/health">Look again</a></p></div>
${ran === null ? '' : html`<p class="complaint said" role="status">${RAN_NOTES[ran]}</p>`}
${top(findings)}
<section class="card" aria-labelledby="checks"><h2 id="checks">Checks</h2>
<table class="checks"><thead><tr><th scope="col">Check</th><th scope="col">State</th><th scope="col">What is so</th></tr></thead>
<tbody>${findings.map(check)}</tbody></table></section>
${conservationCard(facts.counts)}
${jobCard(facts)}
${runCard(runs, onlyFailed)}
${machineCards(facts)}`,
  )
}

/** One line a person understands. */
function top(findings: readonly Finding[]): Html {
  const { level, check: of, words, todo, others } = verdict(findings)
  if (level === 'ok')
    return html`<section class="verdict ok" aria-label="Verdict"><p class="says">Everything works</p><p>${findings.length} checks, no complaint.</p></section>`
  return html`<section class="verdict ${level}" aria-label="Verdict"><p class="says">${TITLES[of]}: ${label(words, 400)}</p>
${todo === null ? '' : html`<p>${todo}</p>`}${others === 0 ? '' : html`<p>${others === 1 ? 'One other check needs' : `${others} other checks need`} a look, below.</p>`}</section>`
}

function check({ check: of, level, words, todo }: Finding): Html {
  return html`<tr><th scope="row">${TITLES[of]}</th><td>${levelBadge(level)}</td><td>${label(words, 400)}${todo === null ? '' : html`<span class="sub">${todo}</span>`}</td></tr>`
}

function levelBadge(level: Level): Html {
  return html`<span class="level ${level}">${LEVEL_WORDS[level]}</span>`
}
