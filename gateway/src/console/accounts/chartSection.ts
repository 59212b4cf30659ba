import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { History, JourneyInterval } from '../../read/shapes.ts'
import { signedPoints } from '../../read/words.ts'
import { day, dayText, href, oneDecimal, sentence } from '../frame/format.ts'
import type { Html } from '../frame/layout.ts'
import { band } from './accountListPage.ts'
import { CHART_SIZES, type ChartSize, type ChartTheme } from './scoreChart.ts'

/** The score over the last days as an image for each theme and width, its story in words, and its weeks as a table. */
export function chartSection(accountId: string, history: History, intervals: readonly JourneyInterval[]): Html {
  if (history.days.every(({ score }) => score === 0))
    return html`<p class="hint">${history.through === null ? 'Nothing is scored yet.' : `Nothing counted in these ${history.days.length} days.`}</p>`
  const image = (theme: ChartTheme, size: ChartSize) =>
    href(`/console/accounts/${encodeURIComponent(accountId)}/score.svg`, { theme, size })
  const source = (media: string, theme: ChartTheme, size: ChartSize) =>
    html`<source media="${media}" srcset="${image(theme, size)}" width="${CHART_SIZES[size].width}" height="${CHART_SIZES[size].height}">`
  const { width, height } = CHART_SIZES.wide
  return html`<picture class="chart">${source('(prefers-color-scheme: dark) and (max-width: 40rem)', 'dark', 'narrow')}${source('(max-width: 40rem)', 'light', 'narrow')}${source('(prefers-color-scheme: dark)', 'dark', 'wide')}<img src="${image('light', 'wide')}" width="${width}" height="${height}" alt="${chartWords(history, intervals)}"></picture>
<details><summary>Week by week</summary><table class="weeks">
<thead><tr><th scope="col">Week to</th><th scope="col" class="number">Intent</th><th scope="col" class="number">Change</th><th scope="col">Band</th></tr></thead>
<tbody>${weeks(history).map(week => html`<tr><th scope="row">${day(week.day)}</th><td class="number">${oneDecimal(week.score)}</td><td class="number">${week.change === null ? '–' : signedPoints(week.change)}</td><td>${band(week.band)}</td></tr>`)}</tbody>
</table></details>`
}

/** What somebody tells who looks at the chart: where it began, its top, where it is, the stages on the way. */
export function chartWords({ days }: History, intervals: readonly JourneyInterval[]): string {
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined) return 'No scores yet.'
  const top = days.reduce((best, one) => (one.score > best.score ? one : best), first)
  const entries = intervals.filter(
    ({ stage, enteredAt }, index) => enteredAt.slice(0, 10) >= first.day && intervals[index - 1]?.stage !== stage,
  )
  const stages = entries.map(({ stage, enteredAt }) => `${label(sentence(stage), 40)} on ${dayText(enteredAt)}`)
  return [
    `Intent score over ${days.length} days: ${oneDecimal(first.score)} on ${dayText(first.day)}, highest ${oneDecimal(top.score)} on ${dayText(top.day)}, now ${oneDecimal(last.score)} (${label(last.band)}).`,
    ...(stages.length === 0 ? [] : [`Stages entered: ${stages.join(', ')}.`]),
  ].join(' ')
}

/** The end of each week, newest first, with the change since the week before it. */
export function weeks({ days }: History): { day: string; score: number; band: string; change: number | null }[] {
  const ends = days.filter((_, index) => (days.length - 1 - index) % 7 === 0)
  return ends.map((end, index) => ({ ...end, change: index === 0 ? null : end.score - (ends[index - 1]?.score ?? 0) })).reverse()
}
