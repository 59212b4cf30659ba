import { describe, expect, it } from 'vitest'
import { DISK_POINTS } from './crash/crashDisk.ts'
import { type Cycle, killAgainAndAgain, type Victim } from './crash/harness.ts'

const LOAD_POINTS = ['mid_insert', 'before_counts', 'after_insert_before_unlink', 'after_unlink']
const RANDOM_CYCLES = 10

describe('kill -9 under load', () => {
  it('loses nothing that was acknowledged, stores nothing twice, and the counts add up at each start', async () => {
    const named: Cycle[] = [...DISK_POINTS, ...LOAD_POINTS].map((crashAt, index) => ({
      crashAt,
      visit: 1 + Math.floor(Math.random() * 3),
      victim: index % 2 === 0 ? 'process and engine' : 'process',
    }))
    const victims: Victim[] = ['process and engine', 'process', 'engine']
    const random: Cycle[] = Array.from({ length: RANDOM_CYCLES }, (_, index) => ({
      loadMs: 50 + Math.random() * 450,
      victim: victims[index % victims.length] ?? 'process',
    }))
    const cycles = [...named, ...random].sort(() => Math.random() - 0.5)
    const outcome = await killAgainAndAgain(cycles)

    const told = JSON.stringify(cycles)
    expect(outcome.acknowledged, told).toBeGreaterThan(1000)
    expect({ lost: outcome.lost, duplicated: outcome.duplicated }, told).toEqual({ lost: 0, duplicated: 0 })
    for (const { received, stored, pending, deduplicated, rejected, suppressed } of outcome.stats) {
      expect(stored + pending + deduplicated + rejected + suppressed, told).toBe(received)
    }
    expect(outcome.stats.at(-1)?.pending).toBe(0)
    expect(outcome.stats.at(-1)?.received).toBeGreaterThanOrEqual(outcome.acknowledged)
  }, 180_000)

  it('is seen to lose, when the answer comes before the disk', async () => {
    const outcome = await killAgainAndAgain([{ crashAt: 'after_create_before_header' }], 'acknowledge first')
    expect(outcome.lost).toBeGreaterThan(0)
  })

  it('is seen to duplicate, when the loader does not look before it inserts again', async () => {
    const outcome = await killAgainAndAgain([{ crashAt: 'after_insert_before_unlink' }], 'do not look')
    expect(outcome.duplicated).toBeGreaterThan(0)
  })
})
