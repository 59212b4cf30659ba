import { randomUUID } from 'node:crypto'
import { createHotSet } from '../../gateway/src/ingest/dedupe.ts'
import { createJudge } from '../../gateway/src/ingest/event/judge.ts'
import { createEventBlock } from '../../gateway/src/ingest/load/rows/eventBlock.ts'
import { makeRows } from '../../gateway/src/ingest/load/rows/makeRows.ts'
import { createRowMaker } from '../../gateway/src/ingest/load/rows/rowMaker.ts'
import { eventCount, type SegmentRows } from '../../gateway/src/ingest/load/rows/segmentRows.ts'
import { roomFor } from '../../gateway/src/ingest/load/rows/spareMemory.ts'
import { createUsualReader } from '../../gateway/src/ingest/load/rows/usual/usualReader.ts'
import { createReceiver } from '../../gateway/src/ingest/receive.ts'
import type { Frame } from '../../gateway/src/ingest/spool/frame.ts'
import { frameText } from '../../gateway/src/ingest/spool/framePayload.ts'
import { createFrameMemory, encodeFrames } from '../../gateway/src/ingest/spool/frames.ts'
import { FRAME_HEAD_BYTES } from '../../gateway/src/ingest/spool/segment.ts'
import type { Benchmark, Goal } from './benchmark.ts'
import { number, ratios, spread, withEnds } from './figures.ts'
import { visitorEvents } from './ingest/events.ts'

const PLANS = { quick: { batches: 40, rounds: 3 }, default: { batches: 200, rounds: 15 }, full: { batches: 400, rounds: 40 } } as const
const PER_BATCH = 100
/** As many as a segment holds under load. */
const BATCHES_A_SEGMENT = 40

/** The second and third begin when the body is parsed, and the third includes the second; the last two begin with the bytes. */
const STEPS = {
  parse: 'JSON.parse of the body',
  judge: 'sanitise, normalise, validate',
  keep: '… and look for copies, and put into the spool: all before the answer',
  usual: 'later, in another thread, of a request that this process scanned: outline, place in time, write columns',
  rows: '… of any other: parse, judge, place in time, enrich, write columns',
} as const
type Step = keyof typeof STEPS

// In multiples of JSON.parse, so that they hold on any machine.
const BUDGETS: { readonly [step in Step]?: number } = { judge: 1, keep: 2, usual: 4, rows: 6 }

// These bodies hold no escaped code units, as hardly any does.
const CLEAN = { areClean: true }

interface Body {
  readonly batch: readonly unknown[]
  readonly sentAt: string
}

type Parsed = Body & { readonly body: Buffer }

/** Of the process that scanned the requests. */
const LIFE = 'bench'
const PLACE = { segment: '00000000-0000-4000-8000-000000000000', firstEvent: 0, firstRejected: 0 }

function countMade(rows: SegmentRows, expected: number): void {
  if (eventCount(rows) !== expected || rows.unmade.length > 0) throw new Error(`${rows.unmade.length} rows of good events were not made`)
}

/** As the scanner would have let it through; these requests are usual. */
function scanned(frame: Frame): Frame {
  const { request } = frame
  return request === null ? frame : { ...frame, request: { ...request, facts: { ...request.facts, scannedIn: LIFE } } }
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
    const microseconds: { [step in Step]: number[] } = { parse: [], judge: [], keep: [], usual: [], rows: [] }

    /** The same visitors each time, as events that were never sent before. */
    function texts(): string[] {
      return Array.from({ length: batches }, (_, number) => {
        const from = pool.slice(number * PER_BATCH, (number + 1) * PER_BATCH)
        const batch = from.map(given => ({ ...given, messageId: `bench-${String(++counted.ids).padStart(30, '0')}` }))
        return JSON.stringify({ batch, sentAt: new Date(++clock.now).toISOString() })
      })
    }

    const frames: Buffer[] = []
    const again = createFrameMemory()
    const isKept = { now: false }
    const receive = createReceiver({
      append: async frame => {
        frames.push(encodeFrames([frameText(isKept.now ? scanned(frame) : frame)], PLACE, isKept.now ? undefined : again).bytes)
      },
      hotSet: createHotSet({ now: () => clock.now }),
      now: () => clock.now,
      randomUUID,
    })
    // As the thread has them: memory that is used again. What makes rows has a memory of its own for either step.
    const makers = { usual: createRowMaker(), rows: createRowMaker() }
    const readUsual = createUsualReader()
    const block = createEventBlock()
    const memory = new SharedArrayBuffer(2 ** 23)

    async function take(bodies: readonly Parsed[]): Promise<void> {
      frames.length = 0
      for (const { batch, sentAt, body } of bodies) {
        const source = { sourceId: 'bench', trust: 'browser' } as const
        const shared = { shared: { sentAt }, body, bytes: body.length, texts: CLEAN, userAgent: '', isHistorical: false }
        const { rejected } = await receive({ source, events: batch, ...shared })
        if (rejected.length > 0) throw new Error(`${rejected.length} events that are good were rejected: ${rejected[0]?.message}`)
      }
    }

    async function once(step: Step): Promise<number> {
      const given = texts()
      const bodies = step === 'parse' ? [] : given.map(text => ({ ...(JSON.parse(text) as Body), body: Buffer.from(text) }))
      isKept.now = step === 'rows' || step === 'usual'
      if (isKept.now) await take(bodies)
      const { user, system } = process.cpuUsage()
      if (step === 'parse') for (const text of given) JSON.parse(text)
      else if (step === 'judge')
        for (const { batch, sentAt, body } of bodies) batch.map(createJudge({ sentAt, bytes: body.length, texts: CLEAN }))
      else if (step === 'keep') await take(bodies)
      else {
        const life = step === 'usual' ? LIFE : undefined
        for (let at = 0; at < frames.length; at += BATCHES_A_SEGMENT) {
          const content = frames.slice(at, at + BATCHES_A_SEGMENT).map(frame => frame.subarray(FRAME_HEAD_BYTES))
          const rows = makeRows(content, makers[step], { block, life, readUsual, room: bytes => roomFor(bytes, memory) })
          countMade(rows, content.length * PER_BATCH)
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
