import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Moment } from '../../enrich/devices.ts'
import { type KeptClocks, type KeptClocksEdges, openKeptClocks } from './keptClocks.ts'

export const NOON = Date.UTC(2026, 2, 1, 12)
export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const AHEAD = 10 * DAY

/** What a device whose clock is ten days ahead sends in a request that is an hour under way. */
export const stalled: Moment = { device: 'web\0ana', original: NOON + AHEAD - HOUR, sentAt: NOON + AHEAD - HOUR, receivedAt: NOON }
/** What it sends at once, half an hour later by its clock. */
export const later: Moment = { device: 'web\0ana', original: NOON + AHEAD - HOUR / 2, sentAt: NOON + AHEAD, receivedAt: NOON }

export interface OpenClocks extends KeptClocks {
  /** What an operator was told. */
  readonly told: string[]
  /** Noon, until a test says otherwise. */
  readonly clock: { at: number }
}

export interface ClocksBench {
  /** Of the test that runs. */
  readonly folder: string
  readonly file: string
  open(edges?: Partial<KeptClocksEdges>): OpenClocks
  /** One for each time that a device’s clock was written. */
  lines(): string[]
}

/** Clocks that are kept in a folder of each test’s own. */
export function clocksBench(): ClocksBench {
  const made = { folder: '' }
  beforeEach(async () => {
    made.folder = await mkdtemp(join(tmpdir(), 'waymark-clocks-'))
  })
  afterEach(() => rm(made.folder, { recursive: true }))
  const bench: ClocksBench = {
    get folder() {
      return made.folder
    },
    get file() {
      return join(made.folder, 'clocks', 'gateway.jsonl')
    },
    open(edges = {}) {
      const told: string[] = []
      const clock = { at: NOON }
      return { told, clock, ...openKeptClocks(bench.file, { now: () => clock.at, onTrouble: message => told.push(message), ...edges }) }
    },
    lines: () => readFileSync(bench.file, 'utf8').split('\n').slice(1, -1),
  }
  return bench
}
