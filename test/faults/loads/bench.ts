import { temporaryDataDir } from '../../gateway.ts'
import type { Form, Outcome } from '../fault.ts'
import { type GatewayProcess, startGateway } from '../gatewayProcess.ts'
import { copiesOf, faultsOf, unbalanced } from '../judge.ts'
import { pause } from '../launch.ts'
import { type Answer, ackMs, type Load, type LoadPlan, quantile, startLoad, tally } from '../load.ts'
import { residentMb, untilDrained, watchPeak } from '../watch.ts'

export interface Part {
  readonly answers: readonly Answer[]
  readonly p50: number
  readonly p99: number
  /** Acknowledged events a second. */
  readonly rate: number
}

/** A gateway under load: parts follow one another, or run beside each other. */
export interface Bench {
  readonly gateway: GatewayProcess
  /** One load for so many seconds. */
  part(plan: Omit<LoadPlan, 'url'>, seconds: number): Promise<Part>
  /** A load that its caller stops. */
  start(plan: Omit<LoadPlan, 'url'>): Load
}

/** Little traffic, to compare with in the same run. */
export const QUIET = { connections: 4, perRequest: 10, eventsPerSecond: 200 } as const

/**
 * Runs `work` on a gateway of its own, lets it load everything and compares: acknowledged is stored once, refused is not stored, the
 * account adds up.
 */
export async function onBench(
  work: (bench: Bench) => Promise<Outcome>,
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const folder = temporaryDataDir()
  const gateway = await startGateway({ dataDir: folder.path, env })
  const loads: Load[] = []
  const start = (plan: Omit<LoadPlan, 'url'>) => {
    const load = startLoad({ ...plan, url: gateway.url })
    loads.push(load)
    return load
  }
  try {
    const memory = watchPeak(() => residentMb(gateway.pid))
    const outcome = await work({ gateway, start, part: (plan, seconds) => partOf(start(plan), seconds) })
    await Promise.all(loads.map(load => load.stop()))
    const peakMb = memory.stop()
    const stats = await untilDrained(gateway)
    const found = await copiesOf(folder.path)
    const acknowledged = loads.flatMap(load => [...load.acknowledged])
    const refused = loads.flatMap(load => [...load.refused]).filter(id => found.has(id))
    const verdict = {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter(id => !found.has(id)).length,
      duplicated: [...found.values()].filter(copies => copies > 1).length,
    }
    return {
      figures: {
        ...outcome.figures,
        'RSS MB': Math.round(peakMb),
        acknowledged: verdict.acknowledged,
        LOST: verdict.lost,
        DUPS: verdict.duplicated,
      },
      broken: [
        ...outcome.broken,
        ...faultsOf(verdict),
        ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
        ...(refused.length > 0 ? [`${refused.length} refused events are stored`] : []),
      ],
    }
  } finally {
    await Promise.all(loads.map(load => load.stop()))
    await gateway.killAll()
    folder.remove()
  }
}

async function partOf(load: Load, seconds: number): Promise<Part> {
  const began = performance.now()
  await pause(seconds * 1000)
  await load.stop()
  return partFrom(load, (performance.now() - began) / 1000)
}

export function partFrom({ answers, acknowledged }: Load, seconds: number): Part {
  const ms = ackMs(answers)
  return { answers, p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), rate: Math.round(acknowledged.size / seconds) }
}

/** A sentence when anything but 200 was answered. */
export function notAcknowledged({ answers }: Pick<Part, 'answers'>): string[] {
  const others = answers.filter(({ status }) => status !== 200)
  return others.length === 0 ? [] : [`${others.length} of ${answers.length} requests were not acknowledged: ${tally(others)}`]
}

/** A sentence when a refusal was anything but 429 with whole seconds to wait. */
export function dishonest({ answers }: Pick<Part, 'answers'>): string[] {
  const wrong = answers.filter(({ status, retryAfter }) => status !== 200 && !(status === 429 && /^[1-9]\d*$/.test(retryAfter ?? '')))
  return wrong.length === 0 ? [] : [`${wrong.length} requests got neither 200 nor 429 with Retry-After: ${tally(wrong)}`]
}

/** A sentence when a part is slower than so many milliseconds, and than so many times the quiet part: a busy machine alone breaks nothing. */
export function tooSlow(
  what: string,
  p99: number,
  { form, ms, times, quiet }: { form: Form; ms: number; times: number; quiet: Part },
): string[] {
  // A smoke of a second or two, beside other tests, can only tell a stall.
  const limit = form === 'smoke' ? 20 * times : times
  if (p99 <= ms || p99 <= limit * quiet.p99) return []
  return [`${what}: p99 ${p99.toFixed(1)} ms, above ${ms} ms and above ${times} × the ${quiet.p99.toFixed(1)} ms of quiet traffic`]
}
