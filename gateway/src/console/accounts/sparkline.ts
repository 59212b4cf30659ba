import { html } from 'hono/html'
import { signedPoints } from '../../read/words.ts'
import type { Html } from '../frame/layout.ts'

const WIDTH = 72
const HEIGHT = 22
const EDGE = 2

/** Scores week by week as a small line, 0 to 100 in every row so that rows compare; the number beside it is what is read out. */
export function trend(weekly: readonly number[], change: number | null): Html | string {
  if (change === null || weekly.length < 2) return '–'
  const x = (index: number) => (EDGE + (index / (weekly.length - 1)) * (WIDTH - 2 * EDGE)).toFixed(1)
  const y = (score: number) => (HEIGHT - EDGE - (Math.max(0, Math.min(100, score)) / 100) * (HEIGHT - 2 * EDGE)).toFixed(1)
  const points = weekly.map((score, index) => `${x(index)},${y(score)}`).join(' ')
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><polyline points="${points}" fill="none" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/><circle cx="${x(weekly.length - 1)}" cy="${y(weekly.at(-1) ?? 0)}" r="2"/></svg>${changed(change)}`
}

/** `+3.1` to the eye, "up 3.1 in 7 days" to the ear. */
export function changed(change: number): Html {
  const size = Math.abs(change).toFixed(1)
  if (size === '0.0')
    return html`<span class="change"><span aria-hidden="true">0.0</span><span class="unseen">no change in 7 days</span></span>`
  const way = change > 0 ? 'up' : 'down'
  return html`<span class="change ${way}"><span aria-hidden="true">${signedPoints(change)}</span><span class="unseen">${way} ${size} in 7 days</span></span>`
}
