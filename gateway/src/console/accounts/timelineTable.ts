import { html } from 'hono/html'
import { label, safeLink } from '../../read/label.ts'
import type { TimelineEvent } from '../../read/shapes.ts'
import { minute, spaced, weekday } from '../frame/format.ts'
import type { Html } from '../frame/layout.ts'

/** Events newest first, under the day on which they happened. */
export function timelineTable(events: readonly TimelineEvent[]): Html {
  const days = new Map<string, TimelineEvent[]>()
  for (const event of events) {
    const day = event.at.slice(0, 10)
    const before = days.get(day)
    if (before === undefined) days.set(day, [event])
    else before.push(event)
  }
  return html`<div class="scroll" role="region" aria-label="Timeline" tabindex="0"><table class="timeline">
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Where</th></tr></thead>
${[...days].map(([day, own]) => html`<tbody><tr class="day"><th scope="rowgroup" colspan="4">${weekday(day)}</th></tr>${own.map(row)}</tbody>`)}
</table></div>`
}

const DID: { readonly [type: string]: string } = {
  page: 'Viewed a page',
  screen: 'Used the app',
  identify: 'Gave a name or address',
  group: 'Named the account',
  alias: 'Joined two ids',
}

function row(item: TimelineEvent): Html {
  const link = safeLink(item.url)
  const title = label(item.title, 80)
  const origin = [item.channel === '' ? '' : spaced(item.channel), item.source === '' ? '' : `via ${item.source}`, item.botReason]
  return html`<tr>
<td><time datetime="${item.at}" title="${minute(item.at)}">${item.at.slice(11, 16)}</time></td>
<td>${label(item.person.label, 40)}</td>
<td>${label(item.type === 'track' ? item.event : (DID[item.type] ?? item.type), 80)}${item.isBot ? html` <span class="status">Bot</span>` : ''}<span class="sub">${label(origin.filter(part => part !== '').join(' · '), 60)}</span></td>
<td>${title}<span class="${title === '' ? '' : 'sub'}">${link === null ? label(item.path || item.url, 80) : pageLink(link)}</span></td>
</tr>`
}

/** The words of a link are its own address, so that a page title cannot pretend to lead elsewhere. */
function pageLink(link: string): Html {
  const { host, pathname } = new URL(link)
  return html`<a href="${link}" rel="noopener noreferrer nofollow">${label(`${host}${pathname}`, 80)}</a>`
}
