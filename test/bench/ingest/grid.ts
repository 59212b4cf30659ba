/** Each shape of load, round by round: a handler that keeps nothing, and the gateway with its loader held and let go. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Goal, Table } from '../benchmark.ts'
import { number, ratio, ratios, type Spread, spread, withEnds } from '../figures.ts'
import { usage } from '../processes.ts'
import { measure, type Round } from './measure.ts'
import { MAIN, nameOf, type Plan, type Shape } from './plan.ts'
import { BOTH_CORES, type GatewaySystem, SERVER_CORE, type System, sendLoad } from './systems.ts'

type Case = 'limit' | 'bare' | 'off' | 'on' | 'onShared'

const NAMES: { readonly [name in Case]: string } = {
  limit: "load generator's own limit",
  bare: 'bare handler (reads, parses)',
  off: 'gateway, loader off',
  on: 'gateway, loader on',
  onShared: 'gateway, loader on, all on one core',
}

/** Of the gateway, what its engine used too: microseconds an event. */
export type CaseRound = Round & { readonly engineCpu: number }
type Rounds = { readonly [name in Case]?: readonly CaseRound[] }

export interface Measured {
  readonly shape: Shape
  readonly rounds: Rounds
}

export interface GridEdges {
  readonly plan: Plan
  readonly seed: number
  readonly systems: { readonly limit: System; readonly bare: System; readonly ours: GatewaySystem }
  /** Six characters that no other run has. */
  readonly nextRun: () => string
  readonly onAccepted: (events: number) => void
  readonly progress: (what: string) => void
}

/** More than two batches of the loader. */
const FILL_EVENTS = 60_000
const FILL_MS = 1500

export async function measureGrid({ plan, seed, systems, nextRun, onAccepted, progress }: GridEdges): Promise<Measured[]> {
  const { ours } = systems

  async function once(name: Case, shape: Shape, how: Pick<Plan, 'forMs' | 'warmMs'>): Promise<CaseRound> {
    progress(`${nameOf(shape)}: ${NAMES[name]}`)
    const order = { ...shape, ...how, seed, run: nextRun() }
    if (name === 'limit' || name === 'bare') {
      ours.holdLoading()
      return { ...(await measure(systems[name], order)), engineCpu: 0 }
    }
    // Every round begins with an empty spool.
    ours.resumeLoading(BOTH_CORES)
    await ours.drained()
    if (name === 'off') await holdFilled()
    else if (name === 'onShared') ours.resumeLoading(SERVER_CORE)
    const before = usage([ours.enginePid])
    const round = await measure(ours, order, name === 'off' ? undefined : () => ours.drained())
    onAccepted(round.accepted)
    failOnRefusals(name, round)
    return { ...round, engineCpu: ((usage([ours.enginePid]).cpu - before.cpu) / round.accepted) * 1e6 }
  }

  /** The loader reads ahead: until it has what it can hold, it would work beside what is measured. */
  async function holdFilled(): Promise<void> {
    ours.holdLoading()
    const { accepted } = await sendLoad({ ...MAIN, port: ours.port, seed, run: nextRun(), warmMs: 0, forMs: FILL_MS, atMost: FILL_EVENTS })
    onAccepted(accepted)
    await wait(FILL_MS)
  }

  const measured: Measured[] = []
  // Compiles what the first round would otherwise be slowed by.
  for (const name of ['bare', 'off', 'on'] as const) await once(name, MAIN, { forMs: plan.forMs, warmMs: 0 })
  for (const shape of plan.shapes) {
    const rounds: { [name in Case]?: CaseRound[] } = { limit: [await once('limit', shape, plan)] }
    const cases: readonly Case[] =
      nameOf(shape) === nameOf(MAIN) && plan.rounds > 1 ? ['bare', 'off', 'on', 'onShared'] : ['bare', 'off', 'on']
    for (let round = 0; round < plan.rounds; round++)
      for (const name of cases) rounds[name] = [...(rounds[name] ?? []), await once(name, shape, plan)]
    measured.push({ shape, rounds })
  }
  return measured
}

function failOnRefusals(name: Case, { refused, rejected }: Round): void {
  const [status] = Object.keys(refused)
  if (status !== undefined) throw new Error(`${NAMES[name]} answered ${status} to ${refused[status]} requests`)
  if (rejected > 0) throw new Error(`${NAMES[name]} rejected ${rejected} events that are good`)
}

type Figure = 'perSecond' | 'requestsPerSecond' | 'p50' | 'p99' | 'cpuPerEvent' | 'behind' | 'peak'

function all(rounds: readonly CaseRound[] | undefined, figure: Figure): number[] {
  return (rounds ?? []).map(round => round[figure])
}

function beside(rounds: Rounds, name: Case, figure: Figure): Spread {
  return ratios(all(rounds[name], figure), all(rounds.bare, figure))
}

export function gridTable({ shape, rounds }: Measured): Table {
  const twoDigits = (value: number) => value.toFixed(2)
  return {
    title: `${shape.perRequest} events a request × ${shape.connections} connections, ${number(rounds.bare?.[0]?.bytes ?? 0)} bytes a request`,
    head: [
      '',
      'events/s',
      '× bare',
      'requests/s',
      'ack p50 ms',
      'p99 ms',
      'CPU µs/event',
      '× bare',
      'engine µs/event',
      'behind s',
      'RSS MB',
    ],
    rows: (Object.keys(rounds) as Case[]).map(name => {
      const isOurs = name !== 'limit' && name !== 'bare'
      const of = (figure: Figure) => spread(all(rounds[name], figure))
      return [
        NAMES[name],
        withEnds(of('perSecond')),
        isOurs ? withEnds(beside(rounds, name, 'perSecond'), twoDigits) : '',
        number(of('requestsPerSecond').median),
        number(of('p50').median),
        withEnds(of('p99')),
        number(of('cpuPerEvent').median),
        isOurs ? withEnds(beside(rounds, name, 'cpuPerEvent'), twoDigits) : '',
        isOurs && name !== 'off' ? number(spread((rounds[name] ?? []).map(round => round.engineCpu)).median) : '',
        isOurs && name !== 'off' ? number(of('behind').median) : '',
        number(of('peak').most / 2 ** 20),
      ]
    }),
  }
}

export function gridGoals(measured: readonly Measured[]): Goal[] {
  const main = measured.find(({ shape }) => nameOf(shape) === nameOf(MAIN))?.rounds
  const peak = Math.max(...measured.flatMap(({ rounds }) => [...all(rounds.off, 'peak'), ...all(rounds.on, 'peak')])) / 2 ** 20
  const memory = { text: 'most memory of the gateway', wanted: '< 300 MB', got: `${number(peak)} MB`, isMet: peak < 300 }
  if (main === undefined) return [memory]
  const [off, on, late] = [
    beside(main, 'off', 'perSecond').median,
    beside(main, 'on', 'perSecond').median,
    beside(main, 'off', 'p99').median,
  ]
  return [
    { text: '100 × 64, loader off: events/s beside the bare handler', wanted: '≥ 0.5×', got: ratio(off), isMet: off >= 0.5 },
    { text: '100 × 64, loader on: events/s beside the bare handler', wanted: '≥ 0.33×', got: ratio(on), isMet: on >= 0.33 },
    { text: '100 × 64: ack p99 beside that of the bare handler', wanted: '≤ 3×', got: ratio(late), isMet: late <= 3 },
    memory,
  ]
}
