import { html } from 'hono/html'
import { BANDS } from '../../model/intent/intentBands.ts'
import { type AccountPage, type AccountQuery, type AccountSort, STATUSES } from '../../read/accounts.ts'
import { label } from '../../read/label.ts'
import type { AccountSummary } from '../../read/shapes.ts'
import { ago, day, href, oneDecimal, sentence } from '../frame/format.ts'
import { type Html, layout, notice } from '../frame/layout.ts'
import { trend } from './sparkline.ts'

export interface AccountListView {
  readonly query: AccountQuery
  readonly page: AccountPage
  readonly stages: readonly string[]
  readonly now: number
}

type Column = {
  readonly title: string
  readonly sort: 'score' | 'change' | 'name' | 'people' | 'lastTouchAt' | null
  readonly isNumber?: true
}

const COLUMNS: readonly Column[] = [
  { title: 'Account', sort: 'name' },
  { title: 'Intent', sort: 'score', isNumber: true },
  { title: 'Trend, 7 days', sort: 'change', isNumber: true },
  { title: 'Band', sort: null },
  { title: 'Stage', sort: null },
  { title: 'Status', sort: null },
  { title: 'People', sort: 'people', isNumber: true },
  { title: 'Last activity', sort: 'lastTouchAt' },
]

/** Accounts with score, band, stage and status; filters are a form, orders and pages are links. */
export function accountListPage({ query, page, stages, now }: AccountListView): Html {
  return layout(
    { title: 'Accounts', isSignedIn: true, at: 'accounts' },
    html`<div class="head"><h1>Accounts</h1><p class="hint">${scoredHint(page)}</p>${
      page.data.length === 0 ? '' : html`<a class="download" href="${csvHref(query)}" download>Download as CSV</a>`
    }</div>
${filters(query, stages)}
${page.data.length === 0 ? empty(query) : table(query, page.data, now)}
${paging(query, page)}`,
  )
}

function filters(query: AccountQuery, stages: readonly string[]): Html {
  return html`<form class="filters" method="get" action="/console/" role="search" aria-label="Filter accounts">
<div class="field wide"><label for="q">Name, domain or id</label><input id="q" name="q" type="search" maxlength="200" value="${query.q}"></div>
${select('band', 'Band', [...BANDS].reverse(), query.band)}
${select('stage', 'Stage', stages, query.stage)}
${select('status', 'Status', STATUSES, query.status)}
${query.sort === '-score' ? '' : html`<input type="hidden" name="sort" value="${query.sort}">`}
<div class="field"><button type="submit">Show</button></div>
${isFiltered(query) ? html`<div class="field"><a class="button quiet" href="/console/">Clear</a></div>` : ''}
</form>`
}

function select(name: string, title: string, words: readonly string[], chosen: string): Html {
  return html`<div class="field"><label for="${name}">${title}</label><select id="${name}" name="${name}">
<option value="">Any</option>
${words.map(word => html`<option value="${word}"${word === chosen ? html` selected` : ''}>${sentence(word)}</option>`)}
</select></div>`
}

function table(query: AccountQuery, accounts: readonly AccountSummary[], now: number): Html {
  return html`<div class="scroll" role="region" aria-label="Accounts" tabindex="0"><table class="accounts">
<thead><tr>${COLUMNS.map(column => heading(column, query))}</tr></thead>
<tbody>${accounts.map(account => row(account, now))}</tbody>
</table></div>`
}

function heading({ title, sort, isNumber }: Column, query: AccountQuery): Html {
  const numeric = isNumber === true ? 'number' : ''
  if (sort === null) return html`<th scope="col" class="${numeric}">${title}</th>`
  const current = query.sort.replace('-', '') === sort
  const isDescending = query.sort.startsWith('-')
  // The first click gives what people look for: names from A, numbers and times from the top.
  const next: AccountSort = current ? (isDescending ? sort : `-${sort}`) : sort === 'name' ? 'name' : `-${sort}`
  const order = current ? (isDescending ? 'descending' : 'ascending') : 'none'
  return html`<th scope="col" class="${numeric}" aria-sort="${order}"><a href="${listHref({ ...query, sort: next })}">${title}${current ? html`<span aria-hidden="true"> ${isDescending ? '↓' : '↑'}</span>` : ''}</a></th>`
}

function row(account: AccountSummary, now: number): Html {
  const { intent, journey } = account
  const title = label(account.label, 60)
  return html`<tr>
<th scope="row"><a href="/console/accounts/${encodeURIComponent(account.accountId)}">${title}</a>${
    account.domain !== null && account.domain !== account.label ? html`<span class="sub">${label(account.domain, 60)}</span>` : ''
  }</th>
<td class="number intent">${meter(intent.score)}<span class="score">${oneDecimal(intent.score)}</span></td>
<td class="number trend">${trend(intent.weekly, intent.change7d)}</td>
<td class="in-band">${band(intent.band)}</td>
<td class="placed">${journey.stage === null ? '–' : html`${label(sentence(journey.stage))}<span class="sub">since ${day(journey.since)}</span>`}</td>
<td>${status(journey.status)}</td>
<td class="number" data-label="People">${account.people}</td>
<td data-label="Last activity">${ago(account.lastTouchAt, now)}</td>
</tr>`
}

/** A bar as wide as the score; the number stands beside it, so it is no news to a screen reader. */
function meter(score: number | null): Html {
  const width = Math.max(0, Math.min(100, score ?? 0)).toFixed(1)
  return html`<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8" rx="4"/><rect class="fill" width="${width}" height="8" rx="4"/></svg>`
}

export function band(name: string | null): Html | string {
  return name === null ? '–' : html`<span class="band ${BANDS.find(known => known === name) ?? ''}">${label(sentence(name))}</span>`
}

export function status(name: string | null): Html | string {
  return name === null ? '–' : html`<span class="status ${STATUSES.find(known => known === name) ?? ''}">${label(sentence(name))}</span>`
}

function empty(query: AccountQuery): Html {
  if (query.cursor !== undefined) return notice('No more accounts', [html`<a href="${listHref(query)}">Back to the first page</a>`], true)
  if (isFiltered(query)) return notice('No account matches', [html`Loosen the filter, or <a href="/console/">show all accounts</a>.`], true)
  return notice(
    'No accounts yet',
    [
      html`An account appears when someone is known to belong to it: by <code>group('acme')</code>, or by a work e-mail in <code>identify</code>.`,
      html`Send such an event with a write key, or bring history with <code>waymark import events.ndjson --source crm</code>.`,
      html`Events are there but no account is? The jobs have not run: wait a minute, or run <code>waymark run</code>.`,
    ],
    true,
  )
}

function paging(query: AccountQuery, page: AccountPage): Html {
  const { previousCursor = null, nextCursor } = page
  const first = query.cursor === undefined ? '' : html`<a class="button quiet" href="${listHref(query)}">First page</a>`
  const previous =
    previousCursor === null ? '' : html`<a class="button quiet" rel="prev" href="${listHref(query, previousCursor)}">Previous page</a>`
  const next = nextCursor === null ? '' : html`<a class="button" rel="next" href="${listHref(query, nextCursor)}">Next page</a>`
  return html`<nav class="paging" aria-label="Pages">${place(page)}${first}${previous}${next}</nav>`
}

/** `51–100 of 1,234 accounts`. */
function place({ data, place }: AccountPage): Html | string {
  if (place === undefined || data.length === 0) return ''
  const { total, isAtLeast, first } = place
  const all = `${isAtLeast ? 'at least ' : ''}${grouped(total)} ${total === 1 ? 'account' : 'accounts'}`
  if (first === null) return html`<p class="place">${data.length} of ${all}</p>`
  return html`<p class="place">${grouped(first)}–${grouped(first + data.length - 1)} of ${all}</p>`
}

function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

function scoredHint(page: AccountPage): Html | string {
  const scoredAt = page.data[0]?.intent.scoredAt ?? null
  return scoredAt === null ? '' : html`Scored ${day(scoredAt)}`
}

function listHref({ q, band, stage, status, sort, limit }: AccountQuery, cursor = ''): string {
  return href('/console/', {
    q,
    band,
    stage,
    status,
    sort: sort === '-score' ? '' : sort,
    limit: limit === 50 ? '' : String(limit),
    cursor,
  })
}

/** Every account of the filter, not of the page. */
function csvHref({ q, band, stage, status, sort }: AccountQuery): string {
  return href('/console/accounts.csv', { q, band, stage, status, sort: sort === '-score' ? '' : sort })
}

function isFiltered({ q, band, stage, status }: AccountQuery): boolean {
  return q !== '' || band !== '' || stage !== '' || status !== ''
}
