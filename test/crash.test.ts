import { describe, expect, it } from 'vitest'
import { DISK_POINTS } from './crash/crashDisk.ts'
import { type Cycle, killAgainAndAgain, type Outcome, type Victim } from './crash/harness.ts'
import { spoolAndLoader, wholeGateway } from './crash/systems.ts'

const LOAD_POINTS = ['mid_insert', 'before_counts', 'after_insert_before_unlink', 'after_unlink']
const VICTIMS: Victim[] = ['process and engine', 'process', 'engine']
const TIMEOUT_MS = 180_000

describe('kill -9 under load', () => {
  it(
    'of the gateway and its engine, 20 times at any moment: nothing acknowledged is lost, nothing is there twice',
    async () => {
      const cycles: Cycle[] = Array.from({ length: 20 }, (_, index) => ({
        loadMs: 50 + Math.random() * 450,
        victim: VICTIMS[index % VICTIMS.length] ?? 'process',
      }))
      expectSafe(await killAgainAndAgain(wholeGateway, cycles), cycles)
    },
    TIMEOUT_MS,
  )

  it(
    'at each step of a segment and of its load: nothing acknowledged is lost, nothing is there twice',
    async () => {
      const cycles: Cycle[] = [...DISK_POINTS, ...LOAD_POINTS].map((crashAt, index) => ({
        crashAt,
        visit: 1 + Math.floor(Math.random() * 3),
        victim: VICTIMS[index % 2] ?? 'process',
      }))
      expectSafe(await killAgainAndAgain(spoolAndLoader, cycles), cycles)
    },
    TIMEOUT_MS,
  )

  it('is seen to lose, when the answer comes before the disk', async () => {
    const cycles: Cycle[] = [{ crashAt: 'after_create_before_header', victim: 'process and engine' }]
    const outcome = await killAgainAndAgain(spoolAndLoader, cycles, 'acknowledge first')
    expect(outcome.lost).toBeGreaterThan(0)
  })

  it('is seen to duplicate, when the loader does not look before it inserts again', async () => {
    const cycles: Cycle[] = [{ crashAt: 'after_insert_before_unlink', victim: 'process and engine' }]
    const outcome = await killAgainAndAgain(spoolAndLoader, cycles, 'do not look')
    expect(outcome.duplicated).toBeGreaterThan(0)
  })
})

function expectSafe({ acknowledged, lost, duplicated, stats }: Outcome, cycles: readonly Cycle[]): void {
  const told = JSON.stringify(cycles)
  expect(acknowledged, told).toBeGreaterThan(500)
  expect({ lost, duplicated }, told).toEqual({ lost: 0, duplicated: 0 })
  for (const { received, stored, pending, deduplicated, rejected, suppressed } of stats) {
    expect(stored + pending + deduplicated + rejected + suppressed, told).toBe(received)
  }
  const last = stats.at(-1)
  expect(last?.pending, told).toBe(0)
  expect(last?.received, told).toBeGreaterThanOrEqual(acknowledged)
}
