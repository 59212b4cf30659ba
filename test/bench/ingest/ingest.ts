import type { Benchmark, Goal, Report, Table } from '../benchmark.ts'
import { number, ratio, ratios, spread, withEnds } from '../figures.ts'
import { canPin, usage } from '../processes.ts'
import { measure, type Round } from './measure.ts'
import { type GatewaySystem, LOAD_CORE, SERVER_CORE, type System, startOurs, startServer } from './systems.ts'

/** Events a request and connections. */
interface Shape {
  readonly perRequest: number
  readonly connections: number
}

type Case = 'limit' | 'bare' | 'off' | 'on' | 'onShared'

const NAMES: { readonly [name in Case]: string } = {
  limit: "load generator's own limit",
  bare: 'bare handler (reads, parses)',
  off: 'gateway, loader off',
  on: 'gateway, loader on',
  onShared: 'gateway, loader on, one core',
}

interface Measured {
  readonly shape: Shape
  readonly rounds: { readonly [name in Case]?: readonly Round[] }
}

interface Plan {
  readonly shapes: readonly Shape[]
  readonly rounds: number
  readonly forMs: number
  readonly warmMs: number
}

const MAIN: Shape = { perRequest: 100, connections: 64 }
const PLANS: { readonly [size in 'quick' | 'default' | 'full']: Plan } = {
  quick: { shapes: [MAIN], rounds: 1, forMs: 700, warmMs: 100 },
  default: {
    shapes: [MAIN, { perRequest: 1, connections: 64 }, { perRequest: 20, connections: 16 }, { perRequest: 500, connections: 16 }],
    rounds: 3,
    forMs: 2000,
    warmMs: 300,
  },
  full: {
    shapes: [MAIN, ...[1, 20, 100, 500].flatMap(perRequest => [1, 16, 64, 256].map(connections => ({ perRequest, connections })))].filter(
      (shape, place) => place === 0 || shape.perRequest !== MAIN.perRequest || shape.connections !== MAIN.connections,
    ),
    rounds: 3,
    forMs: 2000,
    warmMs: 300,
  },
}

/** Answers beside those of a handler that keeps nothing; what was promised to be kept is counted at the end. */
export const ingest: Benchmark = {
  name: 'ingest',
  question: 'How much of what Node can take in at all does the gateway take in, checked and on disk?',
  async run({ size, seed, folder, progress }) {
    const plan = PLANS[size]
    const [limit, bare, ours] = [await startServer('trivialServer.ts'), await startServer('bareServer.ts'), await startOurs(folder)]
    try {
      const measured: Measured[] = []
      const sent = { accepted: 0 }
      const engine = { cpu: 0, events: 0 }
      let runs = 0

      async function once(name: Case, shape: Shape, how: Pick<Plan, 'forMs' | 'warmMs'>): Promise<Round> {
        progress(`${shape.perRequest} events × ${shape.connections} connections: ${NAMES[name]}`)
        const order = { ...shape, ...how, seed, run: String(++runs).padStart(6, '0') }
        if (name === 'limit' || name === 'bare') {
          ours.holdLoading()
          return measure(name === 'limit' ? limit : bare, order)
        }
        const cores = name === 'onShared' ? SERVER_CORE : LOAD_CORE
        // Every round begins with an empty spool.
        ours.resumeLoading(`${SERVER_CORE},${LOAD_CORE}`)
        await ours.drained()
        if (name === 'off') ours.holdLoading()
        else ours.resumeLoading(cores)
        const before = usage([ours.enginePid])
        const round = await measure(ours, order, name === 'off' ? undefined : () => ours.drained())
        if (name === 'on') {
          engine.cpu += usage([ours.enginePid]).cpu - before.cpu
          engine.events += round.accepted
        }
        sent.accepted += round.accepted
        failOnRefusals(name, round)
        return round
      }

      for (const name of ['bare', 'off', 'on'] as const)
        await once(name, { perRequest: 100, connections: 16 }, { forMs: plan.forMs / 2, warmMs: 0 })
      for (const shape of plan.shapes) {
        const rounds: { [name in Case]?: Round[] } = { limit: [await once('limit', shape, plan)] }
        const cases: readonly Case[] = shape === MAIN ? ['bare', 'off', 'on', 'onShared'] : ['bare', 'off', 'on']
        for (let round = 0; round < plan.rounds; round++)
          for (const name of cases) rounds[name] = [...(rounds[name] ?? []), await once(name, shape, plan)]
        measured.push({ shape, rounds })
      }
      const conservation = await account(ours, sent.accepted)
      return report(measured, { engineCpu: (engine.cpu / engine.events) * 1e6, conservation })
    } finally {
      await Promise.all([limit, bare, ours].map((system: System) => system.stop()))
    }
  },
}

function failOnRefusals(name: Case, { refused, rejected }: Round): void {
  const [status] = Object.keys(refused)
  if (status !== undefined) throw new Error(`${NAMES[name]} answered ${status} to ${refused[status]} requests`)
  if (rejected > 0) throw new Error(`${NAMES[name]} rejected ${rejected} events that are good`)
}

/** Every event that was acknowledged is stored once, or the figures are worth nothing. */
async function account(ours: GatewaySystem, accepted: number): Promise<string> {
  ours.resumeLoading(`${SERVER_CORE},${LOAD_CORE}`)
  await ours.drained()
  const { received, stored, pending, deduplicated, rejected, suppressed } = await ours.stats()
  const told = `${number(accepted)} acknowledged = ${number(stored)} stored + ${number(pending)} pending + ${number(deduplicated)} deduplicated`
  if (accepted !== stored + pending + deduplicated || deduplicated > 0 || received !== accepted + rejected || rejected + suppressed > 0)
    throw new Error(`events are missing or too many: ${told}, ${received} received, ${rejected} rejected, ${suppressed} suppressed`)
  return told
}

function report(measured: readonly Measured[], { engineCpu, conservation }: { engineCpu: number; conservation: string }): Report {
  const tables = measured.map(
    ({ shape, rounds }): Table => ({
      title: `${shape.perRequest} events a request × ${shape.connections} connections, ${number(rounds.bare?.[0]?.bytes ?? 0)} bytes a request`,
      head: ['', 'events/s', '× bare', 'requests/s', 'ack p50 ms', 'p99 ms', 'CPU µs/event', '× bare', 'RSS MB'],
      rows: (Object.entries(rounds) as [Case, readonly Round[]][]).map(([name, own]) => row(name, own, rounds.bare ?? [])),
    }),
  )
  const main = measured[0]?.rounds ?? {}
  return {
    tables,
    goals: goals(main, measured),
    notes: [
      canPin
        ? `Servers on core ${SERVER_CORE}, load generator on core ${LOAD_CORE} by taskset. The engine is a process of its own: on core ${LOAD_CORE} beside the generator, with “one core” on core ${SERVER_CORE} beside the gateway.`
        : 'Nothing is pinned: there is no taskset here, so servers, load generator and engine share the cores.',
      '“Loader off” is the gateway with its engine stopped dead (SIGSTOP): everything is checked, enriched and fsynced before the answer, and nothing is loaded. CPU of “loader on” counts until the last event is in the table; the engine is counted apart.',
      `The engine takes ${number(engineCpu)} µs of CPU an event.`,
      `Rounds are interleaved; figures are medians (least–most), ratios are taken round by round. Conserved: ${conservation}.`,
    ],
    figures: measured,
  }
}

function row(name: Case, own: readonly Round[], bare: readonly Round[]): string[] {
  const of = (key: 'perSecond' | 'requestsPerSecond' | 'p50' | 'p99' | 'cpuPerEvent' | 'peak') => own.map(round => round[key])
  const beside = (key: 'perSecond' | 'cpuPerEvent') =>
    name === 'limit' || name === 'bare'
      ? ''
      : withEnds(
          ratios(
            of(key),
            bare.map(round => round[key]),
          ),
          value => value.toFixed(2),
        )
  return [
    NAMES[name],
    withEnds(spread(of('perSecond'))),
    beside('perSecond'),
    number(spread(of('requestsPerSecond')).median),
    number(spread(of('p50')).median),
    withEnds(spread(of('p99'))),
    name === 'limit' ? '' : number(spread(of('cpuPerEvent')).median),
    beside('cpuPerEvent'),
    number(Math.max(...of('peak')) / 2 ** 20),
  ]
}

function goals(rounds: Measured['rounds'], all: readonly Measured[]): Goal[] {
  const { bare = [], off = [], on = [] } = rounds
  const speed = (own: readonly Round[]) =>
    ratios(
      own.map(round => round.perSecond),
      bare.map(round => round.perSecond),
    ).median
  const late = ratios(
    off.map(round => round.p99),
    bare.map(round => round.p99),
  ).median
  const peak = Math.max(...all.flatMap(({ rounds }) => [...(rounds.off ?? []), ...(rounds.on ?? [])]).map(round => round.peak)) / 2 ** 20
  return [
    { text: '100 × 64, loader off, beside the bare handler', wanted: '≥ 0.5×', got: ratio(speed(off)), isMet: speed(off) >= 0.5 },
    { text: '100 × 64, loader on, beside the bare handler', wanted: '≥ 0.33×', got: ratio(speed(on)), isMet: speed(on) >= 0.33 },
    { text: '100 × 64, ack p99 beside that of the bare handler', wanted: '≤ 3×', got: ratio(late), isMet: late <= 3 },
    { text: 'most memory of the gateway', wanted: '< 300 MB', got: `${number(peak)} MB`, isMet: peak < 300 },
  ]
}
