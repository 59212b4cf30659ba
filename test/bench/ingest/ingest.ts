import { join } from 'node:path'
import type { BenchEdges, Benchmark, Report } from '../benchmark.ts'
import { number } from '../figures.ts'
import { canPin } from '../processes.ts'
import { type Drain, drainGoal, drainTable, measureDrain } from './drain.ts'
import { gridGoals, gridTable, type Measured, measureGrid } from './grid.ts'
import { nameOf, PLANS } from './plan.ts'
import { BOTH_CORES, type GatewaySystem, LOAD_CORE, SERVER_CORE, type System, startOurs, startServer } from './systems.ts'
import { measureVisible, type Visible, visibleGoal, visibleTable } from './visible.ts'

/** Answers beside those of a handler that keeps nothing; what was promised to be kept is counted at the end. */
export const ingest: Benchmark = {
  name: 'ingest',
  question: 'How much of what Node can take in at all does the gateway take in, checked and on disk?',
  parts: [...PLANS.full.shapes.map(nameOf), 'visible', 'drain'],
  async run(edges) {
    const opened: System[] = []
    const open = async <T extends System>(starting: Promise<T>) => {
      const system = await starting
      opened.push(system)
      return system
    }
    try {
      return await measureAll(edges, {
        limit: await open(startServer('trivialServer.ts')),
        bare: await open(startServer('bareServer.ts')),
        ours: await open(startOurs(join(edges.folder, 'gateway'))),
      })
    } finally {
      await Promise.all(opened.map(system => system.stop()))
    }
  },
}

async function measureAll(
  { size, only, seed, folder, progress }: BenchEdges,
  systems: { readonly limit: System; readonly bare: System; readonly ours: GatewaySystem },
): Promise<Report> {
  const { ours } = systems
  const isAsked = (part: string) => only.length === 0 || only.includes(part)
  const plan = only.length === 0 ? PLANS[size] : { ...PLANS[size], shapes: PLANS.full.shapes.filter(shape => only.includes(nameOf(shape))) }
  let accepted = 0
  let runs = 0
  const onAccepted = (events: number) => {
    accepted += events
  }
  const nextRun = () => String(++runs).padStart(6, '0')

  const grid = plan.shapes.length === 0 ? [] : await measureGrid({ plan, seed, systems, nextRun, onAccepted, progress })
  let visible: Visible | null = null
  if (isAsked('visible')) {
    progress('events are followed until they can be read')
    visible = await measureVisible(ours, { seed, run: nextRun(), forMs: plan.visibleMs })
    onAccepted(visible.accepted)
  }
  const { rounds, rows } = plan
  const drain = isAsked('drain')
    ? await measureDrain({ ours, folder: join(folder, 'file'), rows, rounds, seed, nextRun, onAccepted, progress })
    : null
  return report({ grid, visible, drain, conservation: await account(ours, accepted) })
}

/** Every event that was acknowledged is stored once, or the figures are worth nothing. */
async function account(ours: GatewaySystem, accepted: number): Promise<string> {
  ours.resumeLoading(BOTH_CORES)
  await ours.drained()
  const { received, stored, pending, deduplicated, rejected, suppressed } = await ours.stats()
  const told = `${number(accepted)} acknowledged = ${number(stored)} stored + ${number(pending)} pending + ${number(deduplicated)} deduplicated`
  if (accepted !== stored + pending + deduplicated || deduplicated > 0 || received !== accepted || rejected + suppressed > 0)
    throw new Error(`events are missing or too many: ${told}; ${received} received, ${rejected} rejected, ${suppressed} suppressed`)
  return told
}

interface Results {
  readonly grid: readonly Measured[]
  readonly visible: Visible | null
  readonly drain: Drain | null
  readonly conservation: string
}

function report({ grid, visible, drain, conservation }: Results): Report {
  return {
    tables: [...grid.map(gridTable), ...(visible === null ? [] : [visibleTable(visible)]), ...(drain === null ? [] : [drainTable(drain)])],
    goals: [
      ...(grid.length === 0 ? [] : gridGoals(grid)),
      ...(visible === null ? [] : [visibleGoal(visible)]),
      ...(drain === null ? [] : [drainGoal(drain)]),
    ],
    notes: [
      canPin
        ? `The load generator is held to core ${LOAD_CORE} by taskset. Servers are one process each and may use both cores with all their threads: the bare handler has one of its own and helpers of V8; the gateway has one that answers, one that makes rows, those of the disk and helpers of V8, and its engine is a process. With “all on one core” gateway and engine are held to core ${SERVER_CORE}.`
        : 'Nothing is pinned, for there is no taskset here: servers, load generator and engine share the cores.',
      '“Loader off” is the gateway whose engine is stopped dead (SIGSTOP): everything is checked and fsynced before the answer, and nothing is enriched or loaded; what the loader reads ahead it has read before. With the loader on, CPU counts until the last event is in the table, and “behind” is how long that took after the last answer.',
      'The file insert has the same rows, table, indexes, fsync and library; it parses in parallel and writes blocks of a million rows, the loader one block a segment or a few of them. Merges go on in both.',
      `Rounds are interleaved; figures are medians (least–most), ratios are taken round by round. ${conservation}.`,
    ],
    figures: { grid, visible, drain },
  }
}
