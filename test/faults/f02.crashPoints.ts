import { DISK_POINTS } from './crashDisk.ts'
import { type Aftermath, type Crash, crashAgainAndAgain, crashAt, LOAD_POINTS } from './crashLoop.ts'
import type { Fault } from './fault.ts'
import { faultsOf } from './judge.ts'

const POINTS = [...DISK_POINTS, ...LOAD_POINTS, 'mid_job']

export const crashPoints: Fault = {
  id: 'F02',
  title: 'death at every named point of a segment, its load, a job and a migration',
  unit: 'crashes at each point',
  sizes: { smoke: 1, middle: 2, long: 10 },
  async run({ form, size, random, log }) {
    const times = (at: string): Crash[] => Array.from({ length: size }, () => crashAt(at, random))
    // Migrations run once on a folder, so each of their crashes has one of its own. A smoke shares one folder for the rest.
    const migrations = times('mid_migration').map(crash => [crash])
    const rest = form === 'smoke' ? [POINTS.flatMap(times)] : POINTS.map(times)
    const outcomes: Aftermath[] = []
    const broken: string[] = []
    for (const crashes of [...rest, ...migrations]) {
      const keepsEngine = form === 'smoke' || random.chance(0.5)
      const outcome = await crashAgainAndAgain(crashes, { keepsEngine, log })
      const where = crashes.length === 1 || form !== 'smoke' ? (crashes[0]?.at ?? '') : 'all points'
      const isQuiet = crashes.every(({ at }) => at === 'mid_migration' || at === 'after_create_before_header')
      broken.push(...[...outcome.broken, ...faultsOf(outcome, isQuiet ? 0 : 1)].map(told => `${where}: ${told}`))
      log(`${where}: acknowledged ${outcome.acknowledged}, LOST ${outcome.lost}, DUPS ${outcome.duplicated}`)
      outcomes.push(outcome)
    }
    const sum = (of: (outcome: Aftermath) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0)
    return {
      figures: {
        points: POINTS.length + 1,
        crashes: sum(({ crashes }) => crashes),
        acknowledged: sum(({ acknowledged }) => acknowledged),
        LOST: sum(({ lost }) => lost),
        DUPS: sum(({ duplicated }) => duplicated),
      },
      broken,
    }
  },
}
