import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { JourneyInterval } from '../../read/shapes.ts'
import { day, sentence } from '../frame/format.ts'
import type { Html } from '../frame/layout.ts'

const WIDTH = 1000
const HEIGHT = 36

/** The stages that an account went through as one line in time, left to right, and as a list for those who cannot see it. */
export function journeyLine(intervals: readonly JourneyInterval[], stages: readonly string[], now: number): Html {
  const [first] = intervals
  if (first === undefined) return html`<p class="hint">It gets a stage with its first activity that is not a robot's.</p>`
  const start = Date.parse(first.enteredAt)
  const span = Math.max(1, now - start)
  const x = (at: string | null) => Math.max(0, Math.min(WIDTH, (((at === null ? now : Date.parse(at)) - start) / span) * WIDTH))
  return html`<svg class="journey" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
${intervals.map(({ stage, status, enteredAt, exitedAt }) => {
  const left = x(enteredAt)
  // Short stays keep 4 units, so that none vanishes from the line.
  const width = Math.max(4, x(exitedAt) - left)
  return html`<rect class="${stageClass(stage, stages)}${status === 'active' || status === 'returned' ? '' : ' faded'}" x="${left.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="${HEIGHT}"/>`
})}
</svg>
<div class="scroll" role="region" aria-label="Journey" tabindex="0"><table class="journey-list">
<thead><tr><th scope="col">Stage</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Because</th></tr></thead>
<tbody>${[...intervals].reverse().map(interval => line(interval, stages))}</tbody>
</table></div>`
}

function line({ stage, status, enteredAt, exitedAt, rule, direction }: JourneyInterval, stages: readonly string[]): Html {
  return html`<tr>
<th scope="row"><span class="dot ${stageClass(stage, stages)}" aria-hidden="true"></span>${label(sentence(stage))}${status === 'active' ? '' : html`<span class="sub">${label(sentence(status))}</span>`}</th>
<td data-label="From">${day(enteredAt)}</td><td data-label="To">${exitedAt === null ? 'now' : day(exitedAt)}</td>
<td>${label(sentence(rule))}${direction === 'back' ? ' (a step back)' : ''}</td>
</tr>`
}

/** Five colours serve any number of stages; a stage that the model no longer has is grey. */
function stageClass(stage: string, stages: readonly string[]): string {
  const place = stages.indexOf(stage)
  return place === -1 ? 'stage-gone' : `stage-${place % 5}`
}
