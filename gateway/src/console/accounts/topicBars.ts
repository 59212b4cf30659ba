import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { TopicShare } from '../../read/shapes.ts'
import { percent } from '../frame/format.ts'
import type { Html } from '../frame/layout.ts'

const MOST_TOPICS = 6

/** What the account is interested in, as shares of the points of touches that have a topic. */
export function topicBars(topics: readonly TopicShare[]): Html {
  const told = topics.filter(({ points }) => points > 0)
  if (told.length === 0) return html`<p class="hint">No touch with a topic counts at present.</p>`
  const rest = told.slice(MOST_TOPICS).reduce((sum, { share }) => sum + share, 0)
  return html`<table class="topics"><thead><tr><th scope="col">Topic</th><th scope="col" class="number">Share</th></tr></thead><tbody>
${told.slice(0, MOST_TOPICS).map(({ topic, share, isNew }) => bar(label(topic, 60), share, isNew))}${rest === 0 ? '' : bar(`${told.length - MOST_TOPICS} more`, rest, false)}
</tbody></table>`
}

function bar(name: string, share: number, isNew: boolean): Html {
  return html`<tr><th scope="row">${name}${isNew ? html` <span class="status">New</span>` : ''}<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="fill" width="${(share * 100).toFixed(1)}" height="6"/></svg></th><td class="number">${percent(share)}</td></tr>`
}
