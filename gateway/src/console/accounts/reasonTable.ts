import { verbOf } from '@waymark/schemas/taxonomy'
import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { Account, Reason, Score } from '../../read/shapes.ts'
import { daysBetween } from '../../read/times.ts'
import { signedPoints, withoutPoints } from '../../read/words.ts'
import { day, daysAgoWords, oneDecimal, sentence } from '../frame/format.ts'
import type { Html } from '../frame/layout.ts'
import { band } from './accountListPage.ts'

/** Why an account scores what it scores: what was done, how often, when last, and the points of each. */
export function reasonTable(account: Account, score: Score): Html {
  return html`<p class="figure"><strong>${oneDecimal(score.score)}</strong> of 100 ${band(account.intent.band ?? score.band)}</p>
${
  score.reasons.length === 0
    ? html`<p class="hint">Nothing counts at present: the account is quiet, or only robots came.</p>`
    : html`<table class="reasons"><thead><tr><th scope="col">Reason</th><th scope="col" class="number">Points</th></tr></thead>
<tbody>${score.reasons.map(reason => reasonRow(reason, Date.parse(score.at)))}</tbody>
<tfoot><tr><th scope="row">All reasons together</th><td class="number">${signedPoints(score.points)}</td></tr></tfoot></table>
<p class="hint">Scored ${day(score.at)}: ${oneDecimal(score.points)} points make ${oneDecimal(score.score)} of 100 (model version ${score.modelVersion}).</p>`
}`
}

function reasonRow(reason: Reason, asof: number): Html {
  const { what, when } = reasonWords(reason, asof)
  return html`<tr><td>${label(what, 160)}<span class="sub">${label(when)}</span></td><td class="number">${signedPoints(reason.points)}</td></tr>`
}

/** The reason's text in two lines: what was done, and how often and when. */
function reasonWords(reason: Reason, asof: number): { what: string; when: string } {
  const { kind, person, type, topic, count, lastAt } = reason
  if (kind === 'other')
    return { what: 'Everything else together', when: count === 0 ? '' : `${count} ${count === 1 ? 'action' : 'actions'} in all` }
  if (lastAt === null || type === '') return { what: sentence(withoutPoints(reason.text)), when: '' }
  const about = topic === '' ? '' : ` about ${topic}`
  const last = daysAgoWords(daysBetween(Date.parse(lastAt), asof))
  return {
    what: `${label(person ?? 'Somebody', 60)} ${verbOf(type)}${about}`,
    when: `${times(count)}, ${count === 1 ? '' : 'last '}${last}`,
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}
