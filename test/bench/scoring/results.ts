import { windowDays } from '../../../gateway/src/model/intent/intentEvidence.ts'
import type { Table } from '../benchmark.ts'
import { number, ratios, spread, withEnds } from '../figures.ts'
import { DAYS, DIRTY_SHARE, MODELS, PEOPLE, TOUCHES } from './plan.ts'

export interface Took {
  readonly seconds: number
  /** Of the engine. */
  readonly cpu: number
  readonly rows: number
}

/** A kind of run and the bare sum over the same touches for the same account-days. */
export interface Pair {
  readonly job: Took[]
  readonly limit: Took[]
}

export interface Scored {
  readonly accounts: number
  readonly touches: number
  readonly day: Pair
  readonly dirty: Pair
  readonly rebuild: Pair
  /** Milliseconds. */
  readonly reading: { readonly p50: number; readonly p95: number; readonly limitP50: number }
}

export const NOTES = [
  `${PEOPLE} people and ${TOUCHES} touch rows an account within ${DAYS} days; the built-in intent model, whose window is ${windowDays(MODELS.intent)} days.`,
  'The limit is `sum(n × weight × exp2(−age ÷ half-life)) GROUP BY account` over the same touch rows, with the account already beside each touch and nothing written. The job besides finds whose each touch is, caps per day, person and account, weighs roles and certainty, adds breadth and surge, finds the band by the day before, and writes scores and reasons.',
  `“A new day” scores everyone as of one more day, which is what happens each night; “1 % dirty” is what happens every few minutes; “rebuild” scores every account as of every day of the history, as after a new model, and is run once.`,
]

export function tablesOf({ accounts, touches, day, dirty, rebuild, reading }: Scored): Table[] {
  const seconds = (took: readonly Took[]) => took.map(one => one.seconds)
  const cpu = (took: readonly Took[]) => spread(took.map(one => one.cpu)).median
  const row = (name: string, { job, limit }: Pair, accountDays: number, read: number) => [
    name,
    number(accountDays),
    withEnds(spread(seconds(job))),
    withEnds(spread(seconds(limit))),
    withEnds(ratios(seconds(job), seconds(limit))),
    number(accountDays / spread(seconds(job)).median),
    number(read / spread(seconds(job)).median),
    number(cpu(job)),
    number(cpu(limit)),
    number(job[0]?.rows ?? 0),
  ]
  const days = (took: Pair) => took.limit[0]?.rows ?? 0
  return [
    {
      title: `${number(accounts)} accounts, ${number(touches)} touch rows`,
      head: [
        '',
        'account-days',
        'job s',
        'limit s',
        'job ÷ limit',
        'account-days/s',
        'touch rows/s',
        'job CPU s',
        'limit CPU s',
        'rows written',
      ],
      rows: [
        row('rebuild', rebuild, days(rebuild), touches),
        row('a new day', day, days(day), touches),
        row('1 % dirty', dirty, days(dirty), touches * DIRTY_SHARE),
      ],
    },
    {
      title: `One account with reasons, of ${number(accounts)}`,
      head: ['', 'p50 ms', 'p95 ms', 'stored row alone, p50 ms', 'ratio'],
      rows: [['read', number(reading.p50), number(reading.p95), number(reading.limitP50), number(reading.p50 / reading.limitP50)]],
    },
  ]
}
