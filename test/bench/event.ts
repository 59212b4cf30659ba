import { randomUUID } from 'node:crypto'
import { createHotSet } from '../../gateway/src/ingest/dedupe.ts'
import { createAddressReader } from '../../gateway/src/ingest/enrich/address.ts'
import { createAgentReader } from '../../gateway/src/ingest/enrich/agent.ts'
import { createDeviceClocks } from '../../gateway/src/ingest/enrich/devices.ts'
import { createJudge } from '../../gateway/src/ingest/event/judge.ts'
import { createReceiver, type Receiver } from '../../gateway/src/ingest/receive.ts'
import { frameText } from '../../gateway/src/ingest/spool/framePayload.ts'
import type { Benchmark, Goal } from './benchmark.ts'
import { number, ratios, spread, withEnds } from './figures.ts'
import { visitorEvents } from './ingest/events.ts'

const PLANS = { quick: { batches: 40, rounds: 3 }, default: { batches: 200, rounds: 15 }, full: { batches: 400, rounds: 40 } } as const
const PER_BATCH = 100

/** Each includes those above it but the first, whose work is done before any of them. */
const STEPS = {
  parse: 'JSON.parse of the body',
  judge: 'sanitise, normalise, validate',
  enrich: '… and look for copies, place in time, enrich',
  write: '… and write the lines of the spool',
} as const
type Step = keyof typeof STEPS

// In multiples of JSON.parse, so that they hold on any machine.
const BUDGETS: { readonly [step in Step]?: number } = { judge: 1, enrich: 3, write: 5 }

// These bodies hold no escaped code units, as hardly any does.
const CLEAN = { areClean: true }

interface Body {
  readonly batch: readonly unknown[]
  readonly sentAt: string
}

/** What ingest does with an event between parsing it and the disk, in CPU time of this process alone. */
export const event: Benchmark = {
  name: 'event',
  question: 'What do validation and enrichment of an event cost, in multiples of parsing it?',
  parts: [],
  async run({ size, seed, progress }) {
    const { batches, rounds } = PLANS[size]
    const clock = { now: Date.UTC(2026, 2, 1, 9) }
    const pool = visitorEvents(seed, batches * PER_BATCH, clock.now)
    const bytesOf = (text: string) => Buffer.byteLength(text)
    const counted = { ids: 0 }
    const microseconds: { [step in Step]: number[] } = { parse: [], judge: [], enrich: [], write: [] }

    /** The same visitors each time, as events that were never sent before. */
    function texts(): string[] {
      return Array.from({ length: batches }, (_, number) => {
        const from = pool.slice(number * PER_BATCH, (number + 1) * PER_BATCH)
        const batch = from.map(given => ({ ...given, messageId: `bench-${String(++counted.ids).padStart(30, '0')}` }))
        return JSON.stringify({ batch, sentAt: new Date(++clock.now).toISOString() })
      })
    }

    function receiver(isWritten: boolean): Receiver {
      return createReceiver({
        append: async frame => {
          if (isWritten) frameText(frame)
        },
        hotSet: createHotSet({ now: () => clock.now }),
        clocks: createDeviceClocks(),
        readAgent: createAgentReader(),
        readAddress: createAddressReader(),
        now: () => clock.now,
        randomUUID,
      })
    }

    const receivers = { enrich: receiver(false), write: receiver(true) }

    async function once(step: Step): Promise<number> {
      const given = texts()
      const bodies = step === 'parse' ? [] : given.map(text => ({ ...(JSON.parse(text) as Body), bytes: bytesOf(text) }))
      const { user, system } = process.cpuUsage()
      if (step === 'parse') for (const text of given) JSON.parse(text)
      for (const { batch, sentAt, bytes } of bodies) {
        if (step === 'judge') batch.map(createJudge({ sentAt, bytes, texts: CLEAN }))
        else if (step !== 'parse') {
          const source = { sourceId: 'bench', trust: 'browser' } as const
          const request = { source, events: batch, shared: { sentAt }, bytes, texts: CLEAN, userAgent: '', isHistorical: false }
          const { rejected } = await receivers[step](request)
          if (rejected.length > 0) throw new Error(`${rejected.length} events that are good were rejected: ${rejected[0]?.message}`)
        }
      }
      const used = process.cpuUsage()
      return (used.user + used.system - user - system) / (batches * PER_BATCH)
    }

    const steps = Object.keys(STEPS) as Step[]
    // Until the compiler has done its work; those rounds say nothing about a gateway that has run for a minute.
    for (let round = -2; round < rounds; round++) {
      progress(`round ${Math.max(0, round + 1)} of ${rounds}`)
      for (const step of steps) {
        const took = await once(step)
        if (round >= 0) microseconds[step].push(took)
      }
    }
    const beside = (step: Step) => ratios(microseconds[step], microseconds.parse)
    return {
      tables: [
        {
          title: `${PER_BATCH} events of ${number(bytesOf(texts()[0] ?? '') / PER_BATCH)} bytes a batch`,
          head: ['', 'CPU µs/event', '× JSON.parse'],
          rows: steps.map(step => [
            STEPS[step],
            withEnds(spread(microseconds[step])),
            step === 'parse' ? '' : withEnds(beside(step), value => value.toFixed(2)),
          ]),
        },
      ],
      goals: steps.flatMap((step): Goal[] => {
        const budget = BUDGETS[step]
        if (budget === undefined) return []
        const { median } = beside(step)
        return [{ text: STEPS[step], wanted: `≤ ${budget}×`, got: `${median.toFixed(2)}×`, isMet: median <= budget }]
      }),
      notes: [
        'Time of the garbage collector and of its helpers is in it. Every event is new to the hot set; visitors, pages and browsers come back.',
      ],
      figures: microseconds,
    }
  },
}
