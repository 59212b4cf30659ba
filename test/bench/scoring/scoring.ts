import { readHandover } from '../../../gateway/src/db/engine/handover.ts'
import { openEngine } from '../../../gateway/src/db/engine/supervise.ts'
import { migrate } from '../../../gateway/src/db/migrate.ts'
import { type Database, openDatabase } from '../../../gateway/src/db/open.ts'
import { insertRows, sqlDay } from '../../../gateway/src/db/query.ts'
import { runJob } from '../../../gateway/src/jobs/job.fixture.ts'
import { scoresJob } from '../../../gateway/src/jobs/scores.ts'
import { readScore } from '../../../gateway/src/read/score.ts'
import type { Benchmark } from '../benchmark.ts'
import { number, quantile, spread } from '../figures.ts'
import { usage } from '../processes.ts'
import { bareSum, prepareLimit } from './limit.ts'
import { storeMarket } from './people.ts'
import { DAY_MS, DAYS, DIRTY_SHARE, MODELS, PEOPLE, PLANS, type Plan, TODAY, TOUCHES } from './plan.ts'
import { NOTES, type Pair, type Scored, type Took, tablesOf } from './results.ts'

export const scoring: Benchmark = {
  name: 'scoring',
  question: "How far is the scores job, with its caps, people and reasons, from the engine's bare decayed sum?",
  parts: PLANS.full.accounts.map(String),
  async run({ size, only, seed, folder, progress }) {
    const plan = only.length === 0 ? PLANS[size] : { ...PLANS[size], accounts: only.map(Number) }
    const engine = await openEngine({ dataDir: folder })
    try {
      const pid = readHandover(folder)?.pid ?? 0
      const results: Scored[] = []
      for (const accounts of plan.accounts) {
        const db = await openDatabase({ engine, database: `waymark_bench_${accounts}` })
        try {
          await migrate(db.client, { form: db.form, database: db.name })
          results.push(await measure(db, { accounts, seed, pid, plan, progress }))
        } finally {
          await db.close()
        }
      }
      return { tables: results.flatMap(tablesOf), goals: [], notes: NOTES, figures: results }
    } finally {
      await engine.close()
    }
  },
}

async function measure(
  db: Database,
  { accounts, seed, pid, plan, progress }: { accounts: number; seed: number; pid: number; plan: Plan; progress: (what: string) => void },
): Promise<Scored> {
  const say = (what: string) => progress(`${number(accounts)} accounts: ${what}`)
  say('making touches')
  const touches = await storeMarket(db, MODELS.intent, {
    accounts,
    peoplePerAccount: PEOPLE,
    touchesPerAccount: TOUCHES,
    days: DAYS,
    today: TODAY,
    seed,
  })
  await prepareLimit(db)
  const [day, dirty, rebuild]: [Pair, Pair, Pair] = [pair(), pair(), pair()]
  let run = 0
  let watermark = ''

  async function timed(work: () => Promise<number>): Promise<Took> {
    const before = { cpu: usage([pid]).cpu, at: performance.now() }
    const rows = await work()
    return { rows, seconds: (performance.now() - before.at) / 1000, cpu: usage([pid]).cpu - before.cpu }
  }
  const job = (today: number) =>
    timed(async () => {
      const at = today * DAY_MS + 1000
      const result = await runJob(scoresJob, { db, models: MODELS, run: ++run, now: at, realTime: at, watermark })
      watermark = result.watermark
      return result.rows
    })

  const oldest = TODAY - DAYS + 1
  say('rebuild')
  await db.client.command({
    query: `INSERT INTO dirty_accounts (account_id, from_day, run) SELECT DISTINCT account_id, toDate32(${oldest}), ${run + 1} FROM memberships`,
  })
  rebuild.job.push(await job(TODAY))
  rebuild.limit.push(await timed(() => bareSum(db, MODELS.intent, { first: oldest, last: TODAY })))

  for (let round = 1; round <= plan.rounds; round++) {
    // Each round is the night after the one before.
    const today = TODAY + round
    const next = { first: today, last: today }
    say('a new day')
    day.limit.push(await timed(() => bareSum(db, MODELS.intent, next)))
    day.job.push(await job(today))

    say('1 % dirty')
    const chosen = Array.from({ length: Math.max(1, Math.round(accounts * DIRTY_SHARE)) }, (_, place) =>
      accountId(place * Math.round(1 / DIRTY_SHARE)),
    )
    await insertRows(
      db.client,
      'dirty_accounts',
      chosen.map(account_id => ({ account_id, from_day: sqlDay(today * DAY_MS), run: run + 1 })),
    )
    dirty.limit.push(await timed(() => bareSum(db, MODELS.intent, { ...next, accounts: chosen })))
    dirty.job.push(await job(today))
  }
  say('reading')
  return { accounts, touches, day, dirty, rebuild, reading: await readAccounts(db, accounts, plan.reads) }
}

function pair(): Pair {
  return { job: [], limit: [] }
}

function accountId(place: number): string {
  return `account-${String(place).padStart(8, '0')}`
}

/** One account with its reasons in words, as the console asks, beside the row that is stored of it. */
async function readAccounts(db: Database, accounts: number, reads: number): Promise<Scored['reading']> {
  const [ours, limit]: [number[], number[]] = [[], []]
  for (let place = 0; place < reads; place++) {
    const id = accountId(Math.floor((place * accounts) / reads))
    const at = performance.now()
    const { reasons } = await readScore({ db, models: MODELS, now: () => (TODAY + 1) * DAY_MS }, id)
    ours.push(performance.now() - at)
    if (reasons.length === 0) throw new Error(`${id} has no reasons: nothing was scored`)
    const then = performance.now()
    const found = await db.reader.query({
      query: 'SELECT score FROM account_scores WHERE account_id = {id:String} ORDER BY day DESC LIMIT 1',
      query_params: { id },
      format: 'JSONEachRow',
    })
    await found.json()
    limit.push(performance.now() - then)
  }
  const sorted = ours.toSorted((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), limitP50: spread(limit).median }
}
