import { html } from 'hono/html'
import { domainLink, label, safeLink } from '../read/label.ts'
import type { Account, Journey, Member, Page, Score, TimelineEvent } from '../read/shapes.ts'
import { ROLE_WORDS, signedPoints, withoutPoints } from '../read/words.ts'
import { band, status } from './accountListPage.ts'
import { ago, day, href, minute, oneDecimal, percent, ruleWords } from './format.ts'
import { journeyLine } from './journeyLine.ts'
import { type Html, layout } from './layout.ts'

export interface AccountView {
  readonly account: Account
  readonly score: Score
  readonly journey: Journey | null
  readonly timeline: Page<TimelineEvent>
  readonly isFirstPage: boolean
  readonly now: number
}

/** One account: why it scores, where it stands, who is in it, what they did. */
export function accountPage(view: AccountView): Html {
  const { account, journey } = view
  const title = label(account.label, 80)
  const link = account.domain === null ? null : domainLink(account.domain)
  return layout(
    { title, isSignedIn: true },
    html`<nav class="crumbs" aria-label="Breadcrumb"><a href="/console/">Accounts</a></nav>
<div class="head"><h1>${title}</h1>${link === null ? '' : html`<a class="hint" href="${link}" rel="noopener noreferrer nofollow">${label(account.domain ?? '', 80)}</a>`}</div>
<div class="columns">
<section class="card" aria-labelledby="why"><h2 id="why">Intent</h2>${reasons(view)}</section>
<section class="card" aria-labelledby="place"><h2 id="place">Journey</h2>
<p class="figure"><strong>${label(account.journey.stage ?? 'not placed')}</strong> ${status(account.journey.status)}</p>
${journeyLine(journey?.intervals ?? [], journey?.stages ?? [], view.now)}</section>
<section class="card" aria-labelledby="who"><h2 id="who">People</h2>${people(account, view.now)}</section>
<section class="card" aria-labelledby="known"><h2 id="known">Known as</h2>${known(account)}</section>
</div>
<section class="card" aria-labelledby="what"><h2 id="what">Timeline</h2>${timeline(view)}</section>`,
  )
}

function reasons({ account, score }: AccountView): Html {
  return html`<p class="figure"><strong>${oneDecimal(score.score)}</strong> of 100 ${band(account.intent.band ?? score.band)}</p>
${
  score.reasons.length === 0
    ? html`<p class="hint">No touch counts at present: the account is quiet, or only robots came.</p>`
    : html`<table class="reasons"><thead><tr><th scope="col">Reason</th><th scope="col" class="number">Points</th></tr></thead>
<tbody>${score.reasons.map(({ text, points }) => html`<tr><td>${label(withoutPoints(text), 160)}</td><td class="number">${signedPoints(points)}</td></tr>`)}</tbody>
<tfoot><tr><th scope="row">All reasons together</th><td class="number">${signedPoints(score.points)}</td></tr></tfoot></table>
<p class="hint">As of ${day(score.at)}; ${oneDecimal(score.points)} points make a score of ${oneDecimal(score.score)}. Model version ${score.modelVersion}.</p>`
}`
}

function people({ people: members, peopleCount }: Account, now: number): Html {
  if (members.length === 0) return html`<p class="hint">Nobody is known to belong to it now.</p>`
  return html`<div class="scroll" role="region" aria-label="People" tabindex="0"><table class="people">
<thead><tr><th scope="col">Person</th><th scope="col">Role</th><th scope="col">Last seen</th><th scope="col">Belongs here by</th></tr></thead>
<tbody>${members.map(member => person(member, now))}</tbody></table></div>
${peopleCount > members.length ? html`<p class="hint">And ${peopleCount - members.length} more, who were seen longer ago.</p>` : ''}`
}

function person(member: Member, now: number): Html {
  const { title, email, role } = member
  return html`<tr>
<th scope="row">${label(member.label, 60)}<span class="sub">${label([title, email === member.label ? null : email].filter(part => part !== null).join(' · '), 80)}</span></th>
<td>${role === 'decisionMaker' ? html`<span class="band engaged">${ROLE_WORDS[role]}</span>` : ROLE_WORDS[role]}</td>
<td data-label="Last seen">${ago(member.lastSeenAt, now)}<span class="sub">first ${day(member.firstSeenAt)}</span></td>
<td data-label="Belongs here by">${ruleWords(member.rule)}<span class="sub">${percent(member.certainty)} sure</span></td>
</tr>`
}

function known(account: Account): Html {
  const traits = Object.entries(account.traits)
  return html`<dl>
${account.keys.map(key => html`<dt>${label(key.kind.replaceAll('_', ' '))}</dt><dd>${label(key.value)}</dd>`)}
<dt>internal id</dt><dd><code>${account.accountId}</code></dd>
${traits.map(([name, value]) => html`<dt>${label(name, 60)}</dt><dd>${traitValue(value)}</dd>`)}
</dl>`
}

function traitValue(value: unknown): Html | string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const link = typeof value === 'string' ? safeLink(value) : null
  return link === null ? label(text ?? '') : html`<a href="${link}" rel="noopener noreferrer nofollow">${label(value as string)}</a>`
}

function timeline({ account, timeline: page, isFirstPage }: AccountView): Html {
  const path = `/console/accounts/${encodeURIComponent(account.accountId)}`
  return html`${
    page.data.length === 0
      ? html`<p class="hint">No events${isFirstPage ? '' : ' before these'}.</p>`
      : html`<div class="scroll" role="region" aria-label="Timeline" tabindex="0"><table class="timeline">
<thead><tr><th scope="col">When (UTC)</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Where</th></tr></thead>
<tbody>${page.data.map(event)}</tbody></table></div>`
  }
<nav class="paging" aria-label="Pages of the timeline">${isFirstPage ? '' : html`<a class="button quiet" href="${path}">Newest</a>`}${
    page.nextCursor === null ? '' : html`<a class="button" rel="next" href="${href(path, { before: page.nextCursor })}">Earlier</a>`
  }</nav>`
}

const VERBS: { readonly [type: string]: string } = {
  page: 'Page',
  screen: 'Screen',
  identify: 'Identified',
  group: 'Joined account',
  alias: 'Alias',
}

function event(item: TimelineEvent): Html {
  const link = safeLink(item.url)
  const title = label(item.title, 80)
  return html`<tr>
<td><time datetime="${item.at}">${minute(item.at).replace(' UTC', '')}</time></td>
<td>${label(item.person.label, 40)}</td>
<td>${label(item.type === 'track' ? item.event : (VERBS[item.type] ?? item.type), 80)}${item.isBot ? html` <span class="status">bot</span>` : ''}<span class="sub">${label([item.channel, item.source].filter(part => part !== '').join(' · '), 60)}</span></td>
<td>${title}<span class="${title === '' ? '' : 'sub'}">${link === null ? label(item.path || item.url, 80) : pageLink(link)}</span></td>
</tr>`
}

/** The words of a link are its own address, so that a page title cannot pretend to lead elsewhere. */
function pageLink(link: string): Html {
  const { host, pathname } = new URL(link)
  return html`<a href="${link}" rel="noopener noreferrer nofollow">${label(`${host}${pathname}`, 80)}</a>`
}
