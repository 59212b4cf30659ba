import { describe, expect, it } from 'vitest'
import { loadModels } from '../../model/load.ts'
import type { History, JourneyInterval } from '../../read/shapes.ts'
import { chartSvg } from './chartImage.ts'
import { chartSection, chartWords, weeks } from './chartSection.ts'
import { CHART_SIZES, scoreChartOption } from './scoreChart.ts'
import { changed, trend } from './sparkline.ts'
import { topicBars } from './topicBars.ts'

const DAY_MS = 86_400_000
const LAST = Date.UTC(2026, 10, 20)

/** Scores of days through 20 November 2026. */
function historyOf(scores: readonly number[]): History {
  const days = scores.map((score, index) => ({
    day: new Date(LAST - (scores.length - 1 - index) * DAY_MS).toISOString().slice(0, 10),
    score,
    band: score >= 70 ? 'hot' : 'cold',
  }))
  return { through: new Date(LAST).toISOString(), days }
}

const entered = (stage: string, daysAgo: number): JourneyInterval => ({
  stage,
  status: 'active',
  enteredAt: new Date(LAST - daysAgo * DAY_MS + 36_000_000).toISOString(),
  exitedAt: null,
  direction: 'forward',
  rule: '',
  evidence: [],
})
const plain = async (markup: unknown) =>
  String(await markup)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** Nothing for 60 days, then up to 80, down to 72. */
const RISE = historyOf([
  ...Array.from({ length: 60 }, () => 0),
  ...Array.from({ length: 22 }, () => 30),
  ...[80, 79, 78, 77, 76, 75, 74, 72],
])
const MOVES = [entered('aware', 29), entered('evaluate', 7)]

describe('the score as an image', () => {
  const draw = (history: History, size: 'wide' | 'narrow', theme: 'light' | 'dark' = 'light') =>
    chartSvg(
      scoreChartOption({ history, intervals: MOVES, stages: ['aware', 'evaluate'], bands: loadModels().intent.bands, theme, size }),
      CHART_SIZES[size],
    )

  it('is a document of the asked size with bands, stages and days by name', async () => {
    const svg = await draw(RISE, 'wide')
    expect(svg).toMatch(/^<svg width="1180" height="300"/)
    for (const word of ['Hot from 70', 'Warm from 45', 'Engaged from 20', 'Aware', 'Evaluate', '20 Nov', '6 Nov'])
      expect(svg).toContain(`>${word}<`)
    const narrow = await draw(RISE, 'narrow', 'dark')
    expect(narrow).toMatch(/^<svg width="360" height="260"/)
    expect(narrow).toContain('>Hot<')
    expect(narrow).not.toContain('#1b2430')
  })

  it('draws every entry of a crowded journey and names those that have room', async () => {
    const many = Array.from({ length: 9 }, (_, index) => entered(index % 2 === 0 ? 'aware' : 'evaluate', 9 - index))
    const svg = await chartSvg(
      scoreChartOption({
        history: RISE,
        intervals: many,
        stages: ['aware', 'evaluate'],
        bands: loadModels().intent.bands,
        theme: 'light',
        size: 'wide',
      }),
      CHART_SIZES.wide,
    )
    expect(svg.match(/stroke-width="1.5"/g)).toHaveLength(9)
    const names = [...svg.matchAll(/text-anchor="(start|end)"[^>]* transform="translate\(([\d.]+) ([\d.]+)\)"[^>]*>(Aware|Evaluate)</g)]
    expect(names.length).toBeGreaterThan(3)
    expect(names.length).toBeLessThan(9)
    const spans = names.map(([, anchor, x, level, name]) => {
      const width = 7 * (name ?? '').length
      const start = anchor === 'start' ? Number(x) : Number(x) - width
      return { level, start, end: start + width }
    })
    for (const one of spans)
      for (const other of spans)
        if (one !== other && one.level === other.level) expect(one.end < other.start || other.end < one.start).toBe(true)
    for (const { end } of spans) expect(end).toBeLessThan(1180)
  })

  it('gives the same picture for the same days', async () => {
    const ids = (svg: string) => svg.replace(/zr\d*-(?:cls-|c)?\d+/g, 'zr')
    expect(ids(await draw(RISE, 'wide'))).toBe(ids(await draw(RISE, 'wide')))
  })

  it('tells its story in words: first, highest, now, stages', () => {
    expect(chartWords(RISE, MOVES)).toBe(
      'Intent score over 90 days: 0.0 on 23 Aug 2026, highest 80.0 on 13 Nov 2026, now 72.0 (hot). Stages entered: Aware on 22 Oct 2026, Evaluate on 13 Nov 2026.',
    )
  })

  it('is there for each theme and width, with its weeks as a table', async () => {
    const markup = String(await chartSection('a_1', RISE, MOVES))
    for (const look of ['light&amp;size=wide', 'light&amp;size=narrow', 'dark&amp;size=wide', 'dark&amp;size=narrow'])
      expect(markup).toContain(`/console/accounts/a_1/score.svg?theme=${look}`)
    expect(await plain(markup)).toContain('20 Nov 2026 72.0 −8.0 Hot')
    expect(weeks(RISE)).toHaveLength(13)
    expect(weeks(RISE).at(-1)).toMatchObject({ day: '2026-08-28', change: null })
    expect(weeks(RISE)[1]).toMatchObject({ day: '2026-11-13', score: 80, change: 50 })
  })

  it('is left out where there is nothing to draw', async () => {
    expect(await plain(chartSection('a_1', historyOf([0, 0]), []))).toBe('Nothing counted in these 2 days.')
    expect(await plain(chartSection('a_1', { through: null, days: [] }, []))).toBe('Nothing is scored yet.')
  })
})

describe('the trend in the list', () => {
  it('is a line from 0 to 100 for the eye, and a change in words for the ear', async () => {
    const markup = String(await trend([0, 50, 100], 50))
    expect(markup).toContain('points="2.0,20.0 36.0,11.0 70.0,2.0"')
    expect(markup).not.toContain('style=')
    expect(await plain(trend([0, 50, 100], 50))).toBe('+50.0 up 50.0 in 7 days')
    expect(await plain(changed(-3.14))).toBe('−3.1 down 3.1 in 7 days')
    expect(await plain(changed(-0.04))).toBe('0.0 no change in 7 days')
    expect(trend([], null)).toBe('–')
  })
})

it('shows topics with their shares, the small ones together', async () => {
  const topic = (name: string, share: number, isNew = false) => ({ topic: name, points: share * 10, share, isNew })
  const topics = [topic('fleet', 0.4), topic('routing', 0.2, true), ...['a', 'b', 'c', 'd', 'e', 'f'].map(name => topic(name, 0.4 / 6))]
  expect(await plain(topicBars(topics))).toBe('Topic Share fleet 40 % routing New 20 % a 7 % b 7 % c 7 % d 7 % 2 more 13 %')
  expect(await plain(topicBars([{ topic: 'fleet', points: 0, share: 0, isNew: true }]))).toBe('No touch with a topic counts at present.')
})
