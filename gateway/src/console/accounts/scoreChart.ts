import type { IntentModel } from '@waymark/schemas/model'
import type { EChartsCoreOption } from 'echarts/core'
import { label } from '../../read/label.ts'
import type { History, JourneyInterval } from '../../read/shapes.ts'
import { dayText, sentence } from '../frame/format.ts'

export const CHART_SIZES = { wide: { width: 1180, height: 300 }, narrow: { width: 360, height: 260 } } as const
export type ChartSize = keyof typeof CHART_SIZES
/** The same colours as colours.css: an image has no part in the page's. */
const THEMES = {
  light: {
    ink: '#1b2430',
    soft: '#5a6675',
    line: '#dde2e8',
    accent: '#1f5fbf',
    stages: ['#5d7391', '#1f5fbf', '#2f6a4f', '#8f5a0a', '#8a3fa0'],
  },
  dark: {
    ink: '#e8edf3',
    soft: '#a3afbd',
    line: '#313c49',
    accent: '#8ab8ff',
    stages: ['#9db4d3', '#8ab8ff', '#5fb48c', '#e3a548', '#c58ad8'],
  },
} as const
export const CHART_THEMES = ['light', 'dark'] as const
export type ChartTheme = (typeof CHART_THEMES)[number]

export interface ScoreChart {
  readonly history: History
  readonly intervals: readonly JourneyInterval[]
  readonly stages: readonly string[]
  readonly bands: IntentModel['bands']
  readonly theme: ChartTheme
  readonly size: ChartSize
}

const FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif"
const MOST_NAME = 24
/** Of the widest usual letters at 12 px. */
const LETTER_WIDTH = 7.5
const GAP = 8
const MOST_LEVELS = 3
const LEVEL_HEIGHT = 15

/** What ECharts draws: the score of each day, bands as faint lines, entries of stages as upright ones. */
export function scoreChartOption({ history, intervals, stages, bands, theme, size }: ScoreChart): EChartsCoreOption {
  const colour = THEMES[theme]
  const isNarrow = size === 'narrow'
  const days = history.days.map(({ day }) => day)
  const margin = { left: 34, right: isNarrow ? 66 : 116 }
  const last = days.length - 1
  const room = CHART_SIZES[size].width - margin.left - margin.right
  const marks = stageMarks(intervals, days, room)
  const levels = marks.reduce((most, { level }) => Math.max(most, (level ?? -1) + 1), 0)
  const step = isNarrow ? 28 : 14
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { ...margin, top: 12 + levels * LEVEL_HEIGHT, bottom: 26 },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: days,
      axisLine: { lineStyle: { color: colour.line } },
      axisTick: { show: false },
      axisLabel: {
        color: colour.soft,
        fontSize: 12,
        // Counted from today, whose label always stands.
        interval: (index: number) => (last - index) % step === 0,
        formatter: (day: string) => dayText(day).replace(/ \d{4}$/, ''),
      },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: 100,
      interval: 50,
      axisLabel: { color: colour.soft, fontSize: 12 },
      splitLine: { lineStyle: { color: colour.line } },
    },
    series: [
      {
        type: 'line',
        silent: true,
        showSymbol: false,
        lineStyle: { color: colour.accent, width: 2.5 },
        areaStyle: { color: colour.accent, opacity: 0.12 },
        data: fromFirstTouch(history),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { fontSize: 12 },
          data: [
            ...(['engaged', 'warm', 'hot'] as const).map(name => ({
              yAxis: bands[name],
              lineStyle: { color: colour.soft, type: 'dashed', width: 1, opacity: 0.55 },
              label: {
                formatter: isNarrow ? sentence(name) : `${sentence(name)} from ${bands[name]}`,
                color: colour.soft,
                position: 'end',
                opacity: 1,
              },
            })),
            ...marks.map(({ index, stage, level, align }) => {
              const own = colour.stages[Math.max(0, stages.indexOf(stage)) % colour.stages.length] ?? colour.soft
              return {
                xAxis: index,
                lineStyle: { color: own, type: 'solid', width: 1.5, opacity: 0.8 },
                label: {
                  show: level !== null,
                  formatter: label(sentence(stage), MOST_NAME),
                  color: own,
                  position: 'end',
                  align,
                  opacity: 1,
                  distance: [0, 2 + (level ?? 0) * LEVEL_HEIGHT],
                },
              }
            }),
          ],
        },
      },
    ],
  }
}

/** Days before the first touch hold no news: the line starts from the last of them. */
function fromFirstTouch({ days }: History): (number | null)[] {
  const first = days.findIndex(({ score }) => score > 0)
  return days.map(({ score }, index) => (index < first - 1 ? null : score))
}

/** Entries of a stage within the days. A name that would run into the one before it goes a level up; beyond three levels a line has no name. */
function stageMarks(intervals: readonly JourneyInterval[], days: readonly string[], room: number) {
  const ends: number[] = []
  return intervals.flatMap(({ stage, enteredAt }, at) => {
    const index = days.indexOf(enteredAt.slice(0, 10))
    if (index === -1 || intervals[at - 1]?.stage === stage) return []
    const x = (index / Math.max(1, days.length - 1)) * room
    const width = LETTER_WIDTH * Math.min(MOST_NAME, stage.length)
    // Names near the right edge stand before their line, so that they stay inside the image.
    const align = x + width > room ? ('right' as const) : ('left' as const)
    const start = align === 'left' ? x : x - width
    const level = Array.from({ length: MOST_LEVELS }, (_, one) => one).find(one => (ends[one] ?? Number.NEGATIVE_INFINITY) < start)
    if (level !== undefined) ends[level] = start + width + GAP
    return [{ index, stage, align, level: level ?? null }]
  })
}
