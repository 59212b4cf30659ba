import type { PlanMode } from '@waymark/schemas/plan'
import { html } from 'hono/html'
import type { ActivePlan } from '../../plan/store.ts'
import type { ViolationCount } from '../../plan/violations.ts'
import { label } from '../../read/label.ts'
import { ago, href } from '../frame/format.ts'
import { type Html, layout, notice } from '../frame/layout.ts'

export interface PlanView {
  readonly plans: readonly ActivePlan[]
  readonly violations: readonly ViolationCount[]
  /** How far back they are counted. */
  readonly days: number
  readonly now: number
}

const MODES: { readonly [mode in PlanMode]: string } = {
  observe: 'violations are counted, events stored',
  quarantine: 'violations are kept as rejected events',
  block: 'violations are refused, nothing of them is kept',
}
const MOST_EVENTS = 200

/** Plans in force, and the rules that senders break. */
export function planPage({ plans, violations, days, now }: PlanView): Html {
  return layout(
    { title: 'Tracking plan', isSignedIn: true, at: 'plan' },
    html`<div class="head"><h1>Tracking plan</h1><p class="hint">What senders may send. Plans are files: change them with <code>waymark plan push</code>.</p></div>
${plans.length === 0 ? nothingPlanned() : plans.map(plan => card(plan, now))}
${plans.length === 0 && violations.length === 0 ? '' : brokenRules(violations, days, now)}`,
  )
}

function nothingPlanned(): Html {
  return notice(
    'Every event is welcome',
    [
      'Without a tracking plan any name and any property is stored. A plan says which events there are and what they hold, so that a typing mistake is seen the same minute.',
      html`Begin with one event and one source in mode <code>observe</code>: <code>docs/TRACKING-PLAN.md</code> takes five minutes.`,
    ],
    true,
  )
}

function card({ plan, pushedAt }: ActivePlan, now: number): Html {
  const names = Object.keys(plan.events).sort((one, other) => one.localeCompare(other))
  const heading = `plan-${plan.id}`
  return html`<section class="card" aria-labelledby="${heading}"><h2 id="${heading}">${label(plan.id, 64)}, version ${plan.version}</h2>
<p class="hint">${plan.description === undefined ? '' : html`${label(plan.description, 300)} `}In force since ${ago(new Date(pushedAt).toISOString(), now)}.</p>
<dl>${Object.entries(plan.sources).map(
    ([source, mode]) =>
      html`<dt>${source === '*' ? 'Every other source' : label(source, 64)}</dt><dd><code>${mode}</code>: ${MODES[mode]}</dd>`,
  )}<dt>Not in the plan</dt><dd>Events are ${plan.unplanned?.events === 'violation' ? 'violations' : 'allowed'}, properties are ${plan.unplanned?.properties === 'violation' ? 'violations' : 'allowed'}</dd></dl>
<details><summary>${names.length} ${names.length === 1 ? 'event' : 'events'}</summary><ul class="planned">${names
    .slice(0, MOST_EVENTS)
    .map(name => html`<li><code>${label(name, 200)}</code>${words(plan.events[name]?.description)}</li>`)}</ul>${
    names.length > MOST_EVENTS ? html`<p class="hint">and ${names.length - MOST_EVENTS} more.</p>` : ''
  }</details></section>`
}

function words(description: string | undefined): Html | string {
  return description === undefined ? '' : html` <span class="sub">${label(description, 300)}</span>`
}

function brokenRules(violations: readonly ViolationCount[], days: number, now: number): Html {
  if (violations.length === 0)
    return notice(
      `No violation in ${days} days`,
      ['Everything that came was as planned. Events of sources in mode observe are looked at within half a minute.'],
      true,
    )
  return html`<section class="card" aria-labelledby="violations"><h2 id="violations">Broken rules, last ${days} days</h2>
<div class="scroll" role="region" aria-label="Broken rules" tabindex="0"><table class="violations">
<thead><tr><th scope="col">Source</th><th scope="col">Event</th><th scope="col">Rule</th><th scope="col" class="number">Stored</th><th scope="col" class="number">Rejected</th><th scope="col">Last</th></tr></thead>
<tbody>${violations.map(one => row(one, now))}</tbody>
</table></div></section>`
}

function row({ source_id, event, code, path, observed, refused, last_at, message }: ViolationCount, now: number): Html {
  const link = href('/console/rejected', { source: source_id, code, event })
  return html`<tr>
<th scope="row">${label(source_id, 60)}</th>
<td data-label="Event">${label(event, 80)}</td>
<td><code>${label(code, 60)}</code> at <code>${label(path || 'several places', 120)}</code><span class="sub">Last said: ${label(message, 200)}</span></td>
<td class="number" data-label="Stored">${observed.toLocaleString('en-GB')}</td>
<td class="number" data-label="Rejected">${refused === 0 ? '0' : html`<a href="${link}">${refused.toLocaleString('en-GB')}</a>`}</td>
<td data-label="Last">${ago(new Date(last_at).toISOString(), now)}</td>
</tr>`
}
