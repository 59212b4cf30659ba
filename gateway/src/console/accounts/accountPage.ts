import { html } from 'hono/html'
import { domainLink, label, safeLink } from '../../read/label.ts'
import type { Account, Changes, History, Journey, Member, Page, Score, TimelineEvent } from '../../read/shapes.ts'
import { ROLE_WORDS } from '../../read/words.ts'
import { ago, day, href, percent, ruleWords, sentence, spaced } from '../frame/format.ts'
import { type Html, layout } from '../frame/layout.ts'
import { status } from './accountListPage.ts'
import { changesSection } from './changesSection.ts'
import { chartSection } from './chartSection.ts'
import { journeyLine } from './journeyLine.ts'
import { reasonTable } from './reasonTable.ts'
import { timelineTable } from './timelineTable.ts'
import { topicBars } from './topicBars.ts'

export interface AccountView {
  readonly account: Account
  readonly score: Score
  readonly journey: Journey | null
  readonly timeline: Page<TimelineEvent>
  readonly history: History
  readonly changes: Changes
  readonly isFirstPage: boolean
  readonly now: number
}

/** One account: why it scores, what changed, where it stands, who is in it, what they did. */
export function accountPage(view: AccountView): Html {
  const { account, score, journey } = view
  const title = label(account.label, 80)
  const link = account.domain === null ? null : domainLink(account.domain)
  return layout(
    { title, isSignedIn: true },
    html`<nav class="crumbs" aria-label="Breadcrumb"><a href="/console/">Accounts</a></nav>
<div class="head"><h1>${title}</h1>${link === null ? '' : html`<a class="hint" href="${link}" rel="noopener noreferrer nofollow">${label(account.domain ?? '', 80)}</a>`}</div>
<div class="columns">
<section class="card" aria-labelledby="why"><h2 id="why">Intent</h2>${reasonTable(account, score)}</section>
<section class="card" aria-labelledby="changed"><h2 id="changed">What changed this week</h2>${changesSection(view.changes)}</section>
</div>
<section class="card" aria-labelledby="course"><h2 id="course">Intent over ${view.history.days.length || 90} days</h2>${chartSection(account.accountId, view.history, journey?.intervals ?? [])}</section>
<div class="columns">
<section class="card" aria-labelledby="place"><h2 id="place">Journey</h2>
<p class="figure"><strong>${label(sentence(account.journey.stage ?? 'not placed yet'))}</strong>${account.journey.status === null ? '' : html` ${status(account.journey.status)}`}</p>
${journeyLine(journey?.intervals ?? [], journey?.stages ?? [], view.now)}</section>
<section class="card" aria-labelledby="who"><h2 id="who">People</h2>${people(account, view.now)}</section>
<section class="card" aria-labelledby="topics"><h2 id="topics">Interests</h2>${topicBars(view.changes.topics)}</section>
<section class="card" aria-labelledby="known"><h2 id="known">Known as</h2>${known(account)}</section>
</div>
<section class="card" aria-labelledby="what"><h2 id="what">Timeline</h2>${timeline(view)}</section>`,
  )
}

function people({ people: members, peopleCount }: Account, now: number): Html {
  if (members.length === 0) return html`<p class="hint">Nobody is known to belong to it now.</p>`
  return html`<div class="scroll" role="region" aria-label="People" tabindex="0"><table class="people">
<thead><tr><th scope="col">Person</th><th scope="col">Role</th><th scope="col">Last seen</th><th scope="col">Known by</th></tr></thead>
<tbody>${members.map(member => person(member, now))}</tbody></table></div>
${peopleCount > members.length ? html`<p class="hint">And ${peopleCount - members.length} more, who were seen longer ago.</p>` : ''}`
}

function person(member: Member, now: number): Html {
  const { title, email, role } = member
  return html`<tr>
<th scope="row">${label(member.label, 60)}<span class="sub">${label(title ?? '', 80)}</span><span class="sub">${label(email === null || email === member.label ? '' : email, 80)}</span></th>
<td>${role === 'decisionMaker' ? html`<span class="band engaged">${sentence(ROLE_WORDS[role])}</span>` : sentence(ROLE_WORDS[role])}</td>
<td data-label="Last seen">${ago(member.lastSeenAt, now)}<span class="sub">since ${day(member.firstSeenAt)}</span></td>
<td data-label="Known by">${ruleWords(member.rule)}<span class="sub">${percent(member.certainty)} sure</span></td>
</tr>`
}

const KEYS: { readonly [kind: string]: string } = { domain: 'Domain', alias: 'Other domain', group_id: 'Group id', crm_id: 'CRM id' }

function known(account: Account): Html {
  // What the head of the page says already is not said again.
  const said = [account.name, account.domain]
  const traits = Object.entries(account.traits).filter(([, value]) => !said.some(known => known === value))
  return html`<dl>
${account.keys.map(key => html`<dt>${KEYS[key.kind] ?? label(spaced(key.kind))}</dt><dd>${label(key.value)}</dd>`)}
<dt>Waymark id</dt><dd><code>${account.accountId}</code></dd>
<dt>Known since</dt><dd>${day(account.firstSeenAt)}</dd>
${traits.map(([name, value]) => html`<dt>${label(sentence(name), 60)}</dt><dd>${traitValue(value)}</dd>`)}
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
    page.data.length === 0 ? html`<p class="hint">No events${isFirstPage ? '' : ' before these'}.</p>` : timelineTable(page.data)
  }
<nav class="paging" aria-label="Pages of the timeline">${isFirstPage ? '' : html`<a class="button quiet" href="${path}">Newest</a>`}${
    page.nextCursor === null ? '' : html`<a class="button" rel="next" href="${href(path, { before: page.nextCursor })}">Earlier</a>`
  }</nav>`
}
