import { html } from 'hono/html'
import type { Html } from '../frame/layout.ts'
import { type ShownEntry, SLOTS } from './shown.ts'

const BLANK = Object.fromEntries(SLOTS.map(slot => [slot, ''])) as ShownEntry

/** A row to be filled by the script of the page: the same parts, empty. */
export function blankRow(): Html {
  return liveRow(BLANK)
}

/** One event or refused request; opened it tells all that is known. Parts without text are hidden by the style sheet. */
export function liveRow(entry: ShownEntry): Html {
  const part = (slot: (typeof SLOTS)[number]) => html`<span data-slot="${slot}">${entry[slot]}</span>`
  return html`<li data-outcome="${entry.outcome}"><details><summary>
<time data-slot="time" datetime="${entry.at}">${entry.time}</time>
${part('outcome')}
<span class="what">${part('type')} ${part('name')} ${part('bot')}</span>
${part('place')}
${part('person')}
<span class="from">${part('source')}</span>
<span class="why"><code data-slot="code">${entry.code}</code> <code data-slot="pointer">${entry.pointer}</code> ${part('message')}</span>
</summary>
<dl>
${fact('Received', 'at', entry)}
${fact('Answered with', 'answer', entry)}
${fact('Message id', 'messageId', entry)}
${fact('Person', 'person', entry)}
${fact('Account', 'account', entry)}
${fact('Page', 'address', entry)}
${fact('Taken for a bot', 'bot', entry)}
</dl>
<pre data-slot="json">${entry.json}</pre>
</details></li>`
}

function fact(title: string, slot: keyof ShownEntry, entry: ShownEntry): Html {
  return html`<div><dt>${title}</dt><dd data-slot="${slot}">${entry[slot]}</dd></div>`
}
