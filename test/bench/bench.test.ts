import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Benchmark, Report } from './benchmark.ts'
import { event } from './event.ts'
import { quantile, ratios, spread } from './figures.ts'
import type { Measured } from './ingest/grid.ts'
import { ingest } from './ingest/ingest.ts'
import { nodeSdk } from './nodeSdk/nodeSdk.ts'
import { printed } from './print.ts'
import type { Scored } from './scoring/results.ts'
import { scoring } from './scoring/scoring.ts'
import { type Sizes, size } from './size.ts'

/** Some seconds each on a machine of one's own; this one may be busy. */
const PATIENCE_MS = 240_000

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
})

async function quick<Figures>({ run }: Benchmark, only: readonly string[] = []): Promise<Report & { figures: Figures }> {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-bench-'))
  folders.push(folder)
  const report = await run({ size: 'quick', only, seed: 1, folder, progress: () => undefined })
  for (const { head, rows } of report.tables) for (const row of rows) expect(row).toHaveLength(head.length)
  expect(printed(report)).not.toMatch(/NaN|undefined|Infinity/)
  // What a benchmark measured is its own to tell.
  return report as Report & { figures: Figures }
}

test('ingest measures every system under the same load and counts every acknowledged event', { timeout: PATIENCE_MS }, async () => {
  const { figures, goals } = await quick<{ grid: Measured[]; visible: { followed: number; p95: number }; drain: { loader: object[] } }>(
    ingest,
  )
  const [main] = figures.grid
  expect(main?.shape).toEqual({ perRequest: 100, connections: 64 })
  for (const name of ['limit', 'bare', 'off', 'on'] as const) {
    const [round] = main?.rounds[name] ?? []
    expect(round?.events, name).toBeGreaterThan(0)
    expect(round?.bytes, name).toBe(main?.rounds.bare?.[0]?.bytes)
    expect(round?.p99, name).toBeGreaterThanOrEqual(round?.p50 ?? Number.NaN)
  }
  // A generator slower than what it measures would measure itself.
  expect(main?.rounds.limit?.[0]?.cpuPerEvent).toBeLessThan(main?.rounds.bare?.[0]?.cpuPerEvent ?? 0)
  expect(figures.visible.followed).toBeGreaterThan(0)
  expect(figures.drain.loader).toHaveLength(1)
  expect(goals.map(({ wanted }) => wanted)).toEqual(['≥ 0.5×', '≥ 0.33×', '≤ 3×', '< 300 MB', '< 2 s', '≥ 0.7×'])
})

test('event measures every step of an event beside the parsing of it', { timeout: PATIENCE_MS }, async () => {
  const { figures, goals } = await quick<{ [step: string]: number[] }>(event)
  expect(Object.keys(figures)).toEqual(['parse', 'judge', 'keep', 'usual', 'rows'])
  for (const [step, rounds] of Object.entries(figures)) {
    expect(rounds, step).toHaveLength(3)
    expect(Math.min(...rounds), step).toBeGreaterThan(0)
  }
  // What is kept is judged, too.
  expect(Math.min(...(figures.keep ?? []))).toBeGreaterThan(Math.min(...(figures.judge ?? [])) / 2)
  expect(goals.map(({ wanted }) => wanted)).toEqual(['≤ 1×', '≤ 2×', '≤ 4×', '≤ 6×'])
})

test('size bundles ours and every peer alike', { timeout: PATIENCE_MS }, async () => {
  const { figures } = await quick<{ bundled: (Sizes & { name: string; version: string })[] }>(size)
  expect(figures.bundled.map(({ name }) => name)).toEqual([
    '@waymark/browser',
    '@snowplow/browser-tracker',
    '@segment/analytics-next',
    '@rudderstack/analytics-js',
    '@rudderstack/analytics-js/bundled',
    'posthog-js',
  ])
  for (const { raw, gzip, brotli, version } of figures.bundled) {
    expect(version).toMatch(/^\d+\.\d+\.\d+/)
    expect(raw).toBeGreaterThan(gzip)
    expect(gzip).toBeGreaterThan(brotli)
    expect(brotli).toBeGreaterThan(1000)
  }
})

test('scoring scores every account that the limit sums', { timeout: PATIENCE_MS }, async () => {
  const { figures } = await quick<Scored[]>(scoring)
  const [scored] = figures
  expect(scored?.day.limit[0]?.rows).toBe(scored?.accounts)
  // Scores and reasons of each account, and a season.
  expect(scored?.day.job[0]?.rows).toBeGreaterThanOrEqual(2 * (scored?.accounts ?? 0))
  // The limit sums the very account-days that a rebuild writes: each is a score and its reasons.
  expect((scored?.rebuild.job[0]?.rows ?? 0) / 2 / (scored?.rebuild.limit[0]?.rows ?? 1)).toBeCloseTo(1, 1)
  expect(scored?.dirty.job[0]?.rows).toBeLessThan((scored?.accounts ?? 0) / 10)
})

test('node-sdk delivers every event with every sender', { timeout: PATIENCE_MS }, async () => {
  const { figures } = await quick<Record<string, { perSecond: number; cpuPerEvent: number }[]>>(nodeSdk)
  expect(Object.keys(figures)).toEqual(['control', 'oursPlain', 'ours', 'segmentTuned', 'segment'])
  for (const rounds of Object.values(figures))
    for (const { perSecond, cpuPerEvent } of rounds) expect(Math.min(perSecond, cpuPerEvent)).toBeGreaterThan(0)
})

test('figures come from the middle of the rounds, ratios from rounds side by side', () => {
  expect(spread([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 })
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
  expect(ratios([2, 30, 4], [1, 10, 1])).toEqual({ median: 3, least: 2, most: 4 })
})
