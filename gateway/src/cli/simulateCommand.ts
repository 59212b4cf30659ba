import { parseArgs } from 'node:util'
import { generatedKeys } from '../keys/files.ts'
import type { WriteKeySetting } from '../keys/parse.ts'
import type { HistoryOptions } from '../simulate/history.ts'
import { type CommandEdges, hostFor } from './command.ts'
import { type HistoryTarget, sendHistory } from './sendHistory.ts'
import { count, exitCode, UsageError } from './terminal.ts'

export const USAGE =
  'waymark simulate [--companies 300] [--days 90] [--seed 1] [--end ISO] [--host URL] [--key WRITE_KEY [--server-key WRITE_KEY]] [--json]'

const DAY_MS = 86_400_000
const MOST = { companies: 20_000, days: 730 }

/** The history that `npm start` begins with: up to last midnight (UTC), so that a second run on the same day repeats it. */
export function usualHistory(now: number): HistoryOptions {
  return { seed: 1, companies: 300, days: 90, end: Math.floor(now / DAY_MS) * DAY_MS }
}

/** The write keys for what pages send and for what a back end sends; null without any. */
export function senderKeys(keys: readonly WriteKeySetting[]): HistoryTarget['keys'] | null {
  const browser = keys.find(key => !key.server) ?? keys[0]
  const server = keys.find(key => key.server) ?? browser
  return browser === undefined || server === undefined ? null : { browser: browser.key, server: server.key }
}

/** `waymark simulate`: a sample history through the ingest path of the gateway of this folder, or of `--host`. */
export function simulateCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal, config, now, signals } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        companies: { type: 'string' },
        days: { type: 'string' },
        seed: { type: 'string' },
        end: { type: 'string' },
        host: { type: 'string' },
        key: { type: 'string' },
        'server-key': { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const options = parseHistory(values, now())
    const stop = new AbortController()
    signals.once('SIGINT', () => stop.abort(new Error('interrupted')))
    const host = await hostFor(edges, values.host)
    if (values.host !== undefined && values.key === undefined)
      throw new UsageError(`Give --key for the gateway at ${host}: the keys of this machine are sent to its own gateway only.`)
    const local = config.writeKeys.length > 0 ? config.writeKeys : (await generatedKeys(config.dataDir)).write
    const keys = values.key === undefined ? senderKeys(local) : { browser: values.key, server: values['server-key'] ?? values.key }
    if (keys === null) throw new UsageError('No write key: give --key, or WRITE_KEYS in the environment.')
    const target = { host, keys }
    const sleep = (ms: number) => new Promise<void>(done => setTimeout(done, ms))
    const started = now()
    const events = await sendHistory(options, target, { terminal, now, fetch, sleep, random: Math.random }, stop.signal)
    const result = { ...options, end: new Date(options.end).toISOString(), events }
    terminal.out(
      values.json === true
        ? `${JSON.stringify(result)}\n`
        : `${count(events)} events of ${count(options.companies)} companies over ${options.days} days sent in ${((now() - started) / 1000).toFixed(1)} s (those the gateway had already are among them; it keeps one of each).\n`,
    )
    return true
  })
}

/** The command line as options of a history; throws a `UsageError`. */
export function parseHistory(
  values: { companies?: string | undefined; days?: string | undefined; seed?: string | undefined; end?: string | undefined },
  now: number,
): HistoryOptions {
  const usual = usualHistory(now)
  const whole = (name: 'companies' | 'days' | 'seed', least: number, most: number) => {
    const value = Number(values[name] ?? usual[name])
    if (!Number.isInteger(value) || value < least || value > most)
      throw new UsageError(`--${name} must be a whole number from ${least} to ${most}.`)
    return value
  }
  const end = values.end === undefined ? usual.end : Date.parse(values.end)
  if (Number.isNaN(end)) throw new UsageError(`--end “${values.end}” is no ISO 8601 date, e.g. 2026-03-01T00:00:00Z.`)
  if (end > now) throw new UsageError(`--end ${values.end} is in the future: a history has happened.`)
  return { seed: whole('seed', 0, 2 ** 32 - 1), companies: whole('companies', 1, MOST.companies), days: whole('days', 7, MOST.days), end }
}
