import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { Changes, ReasonChange, StageMove } from '../../read/shapes.ts'
import { ROLE_WORDS, signedPoints, withoutPoints } from '../../read/words.ts'
import { day, oneDecimal, sentence } from '../frame/format.ts'
import type { Html } from '../frame/layout.ts'
import { band } from './accountListPage.ts'

const MOST_NAMED = 5

/** What is different from a week ago, in plain words, with points that add up to the change. */
export function changesSection(changes: Changes): Html {
  const { score, reasons } = changes
  return html`<p class="figure"><strong>${oneDecimal(score.before)} → ${oneDecimal(score.now)}</strong> ${bandWords(changes)}</p>
${news(changes)}
${
  reasons.length === 0
    ? ''
    : html`<table class="reasons"><thead><tr><th scope="col">Change</th><th scope="col" class="number">Points</th></tr></thead>
<tbody>${reasons.map(reasonRow)}${elseRow(changes.otherPoints)}</tbody>
<tfoot><tr><th scope="row">All changes together</th><td class="number">${signedPoints(changes.points.change)}</td></tr></tfoot></table>`
}
<p class="hint">${day(changes.to)} compared with ${day(changes.from)}, ${changes.days} days before.</p>`
}

function bandWords({ band: { before, now } }: Changes): Html | string {
  if (before === null || now === null) return ''
  return before === now ? html`still ${band(now)}` : html`${band(before)} → ${band(now)}`
}

function news(changes: Changes): Html {
  const { moves, newPeople, newVisitors, topics, newTouches, points } = changes
  const fresh = topics.filter(topic => topic.isNew).map(({ topic }) => label(topic, 60))
  const items = [
    ...moves.map(moveWords),
    ...(newPeople.length === 0 ? [] : [html`New here: ${list(newPeople.map(personWords))}`]),
    ...(newVisitors === 0 ? [] : [html`${newVisitors} new anonymous ${newVisitors === 1 ? 'visitor' : 'visitors'}`]),
    ...(fresh.length === 0 ? [] : [html`First interest in ${list(fresh)}`]),
  ]
  if (items.length > 0) return html`<ul class="news">${items.map(item => html`<li>${item}</li>`)}</ul>`
  if (newTouches > 0)
    return html`<p>${newTouches} more ${newTouches === 1 ? 'action' : 'actions'} by the same people; the stage is the same.</p>`
  if (Math.abs(points.change) >= 0.05)
    return html`<p>Nobody did anything that counts; what was done before counts less every day (${signedPoints(points.change)} points).</p>`
  return html`<p>Nothing changed: nobody did anything that counts, nobody new came, and the stage is the same.</p>`
}

function moveWords({ at, fromStage, fromStatus, toStage, toStatus, direction, rule }: StageMove): Html {
  const because = rule === '' ? '' : html` (${label(rule, 80)})`
  const when = html`, ${day(at)}${because}`
  const to = html`<strong>${label(sentence(toStage), 40)}</strong>`
  if (fromStage === null) return html`Entered the journey at ${to}${when}`
  if (fromStage === toStage)
    return html`Became ${label(toStatus, 40)}${fromStatus === null ? '' : html`, was ${label(fromStatus, 40)}`}${when}`
  return html`${direction === 'back' ? 'Fell back' : 'Moved'} from ${label(sentence(fromStage), 40)} to ${to}${when}`
}

function personWords({ person, role }: Changes['newPeople'][number]): string {
  return `${label(person, 60)}${role === 'decisionMaker' ? ` (${ROLE_WORDS[role]})` : ''}`
}

/** `Ana, Bo and 3 more`. */
function list(names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED)
  const more = names.length - named.length
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`
}

function reasonRow(reason: ReasonChange): Html {
  const { text, pointsBefore, pointsNow, change } = reason
  const what = withoutPoints(text).replace(/, new$/, '')
  const was = reason.how === 'came' ? 'new' : `${signedPoints(pointsBefore)} → ${signedPoints(pointsNow)}`
  return html`<tr><td>${label(reason.person === null ? sentence(what) : what, 160)}<span class="sub">${was}</span></td><td class="number">${signedPoints(change)}</td></tr>`
}

function elseRow(points: number): Html | string {
  return Math.abs(points) < 1e-9 ? '' : html`<tr><td>Everything else</td><td class="number">${signedPoints(points)}</td></tr>`
}
