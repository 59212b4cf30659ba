import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Params, row, sqlFile } from '../db/query.ts'
import type { Opened } from '../serve.ts'
import type { HistoryOptions } from '../simulate/history.ts'
import { duration } from './progress.ts'
import { type HistoryEdges, sendHistory } from './sendHistory.ts'
import { senderKeys, usualHistory } from './simulateCommand.ts'
import { count } from './terminal.ts'

/** In DATA_DIR: which sample history was begun, so that one that was cut short is finished by the next start. */
const SAMPLE_FILE = 'sample.json'

interface Sample extends HistoryOptions {
  readonly isSent: boolean
}

const anySegment = sqlFile<Params, { segments: number }>('segments_any')

/** Fills a folder in which nothing has happened yet with a sample history, and runs the jobs. Anything of somebody's own keeps it out. */
export async function firstHistory(opened: Opened, dataDir: string, edges: Omit<HistoryEdges, 'sleep'>): Promise<void> {
  const { terminal, now } = edges
  const keys = senderKeys(opened.writeKeys)
  const begun = await readSample(dataDir)
  if (keys === null || begun?.isSent === true) return
  await opened.settle()
  if (begun === null && (await row(opened.db.client, anySegment, {})).segments > 0) return

  const { seed, companies, days, end } = begun ?? usualHistory(now())
  const options = { seed, companies, days, end }
  const started = now()
  await writeSample(dataDir, { ...options, isSent: false })
  terminal.err(`Sending a sample history: ${count(companies)} companies, ${days} days (npm start -- --empty leaves it out).\n`)
  const sleep = (ms: number) => wait(ms, undefined, { signal: opened.signal })
  const events = await sendHistory(options, { host: opened.url, keys }, { ...edges, sleep }, opened.signal)
  await writeSample(dataDir, { ...options, isSent: true })
  terminal.err(`${count(events)} events sent; finding people, scores and stages.\n`)
  await opened.runJobs()
  terminal.out(
    `The sample history is ready: ${count(events)} events of ${count(companies)} companies, ${duration((now() - started) / 1000)}.\n`,
  )
}

async function readSample(dataDir: string): Promise<Sample | null> {
  try {
    // Written by this program only.
    return JSON.parse(await readFile(join(dataDir, SAMPLE_FILE), 'utf8')) as Sample
  } catch {
    return null // never begun; or not readable, and then the events that are there keep a second one out
  }
}

function writeSample(dataDir: string, sample: Sample): Promise<void> {
  return writeFile(join(dataDir, SAMPLE_FILE), `${JSON.stringify(sample)}\n`, { mode: 0o600 })
}
