import { parseArgs } from 'node:util'
import type { RejectedPage } from '../ingest/request/rejectedList.ts'
import type { told } from '../quarantine/routes.ts'
import type { CommandEdges } from './command.ts'
import { gatewayCall } from './gatewayCall.ts'
import { count, exitCode, UsageError } from './terminal.ts'

export const USAGE = `waymark rejected list   [--source NAME] [--code CODE] [--event NAME] [--from ISO] [--to ISO] [--limit N] [--json]
       waymark rejected replay [the same filters] [--id ID …] [--all] [--json]
       --host URL and --key SECRET_KEY (or WAYMARK_KEY in the environment) name another gateway than that of this data folder`

const FILTERS = ['source', 'code', 'event', 'from', 'to'] as const
const OPTIONS = {
  source: { type: 'string' },
  code: { type: 'string' },
  event: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  id: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  limit: { type: 'string' },
  host: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean' },
} as const

type Replayed = ReturnType<typeof told>

/** What was rejected: listed, and taken in again once the plan or the limits are mended. */
export function rejectedCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS })
    const [verb, ...more] = positionals
    if ((verb !== 'list' && verb !== 'replay') || more.length > 0) throw new UsageError('say list or replay.')
    const filter = Object.fromEntries(FILTERS.flatMap(name => (values[name] === undefined ? [] : [[name, values[name]]])))
    const gateway = await gatewayCall(edges, values, verb === 'list' ? 'read' : 'import')
    const answer = <T>(found: T | null): T => {
      if (found === null) throw new Error(`${gateway.host} is no gateway, or an older one`)
      return found
    }
    if (verb === 'list') {
      const query = new URLSearchParams({ ...filter, limit: values.limit ?? '50' })
      const { data, nextCursor } = answer(await gateway.send<RejectedPage>('GET', `/v1/rejected?${query}`))
      if (values.json === true) terminal.out(`${JSON.stringify({ data, nextCursor })}\n`)
      else
        for (const one of data)
          terminal.out(
            `${one.id}  ${one.receivedAt}  ${one.source}  ${one.code}  ${one.event || '–'}  ${one.path} ${one.message}${one.isReplayed ? '  (replayed)' : ''}\n`,
          )
      if (data.length === 0) terminal.err('no rejected events\n')
      else if (nextCursor !== null) terminal.err(`the newest ${data.length}; there are more: a filter, or --limit up to 200\n`)
      return true
    }
    const ids = values.id ?? []
    if (Object.keys(filter).length === 0 && ids.length === 0 && values.all !== true)
      throw new UsageError('say which: a filter, --id, or --all for everything that is kept.')
    let sum: Replayed | null = null
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Replayed = answer(
        await gateway.send<Replayed>('POST', '/v1/rejected/replay', {
          ...filter,
          ...(ids.length > 0 ? { ids } : {}),
          ...(cursor === '' ? {} : { cursor }),
        }),
      )
      sum = sum === null ? page : joined(sum, page)
      cursor = page.nextCursor
    }
    if (sum === null) return true
    terminal.out(values.json === true ? `${JSON.stringify(sum)}\n` : report(sum))
    return sum.stillRejected.length === 0 && sum.notReplayable.length === 0
  })
}

function joined(one: Replayed, other: Replayed): Replayed {
  const sums = <T extends { events: number }>(lists: readonly T[], key: (item: T) => string): T[] => {
    const found = new Map<string, T>()
    for (const item of lists) found.set(key(item), { ...item, events: item.events + (found.get(key(item))?.events ?? 0) })
    return [...found.values()]
  }
  return {
    replayed: one.replayed + other.replayed,
    alreadyReplayed: one.alreadyReplayed + other.alreadyReplayed,
    stillRejected: sums([...one.stillRejected, ...other.stillRejected], ({ code, path }) => `${code} ${path}`),
    notReplayable: sums([...one.notReplayable, ...other.notReplayable], ({ reason }) => reason),
    suppressed: one.suppressed + other.suppressed,
    nextCursor: other.nextCursor,
  }
}

function report({ replayed, alreadyReplayed, stillRejected, notReplayable, suppressed }: Replayed): string {
  const lines = [
    `${count(replayed)} events replayed: they are stored with their own times within seconds, and count no longer as rejected`,
    ...(alreadyReplayed > 0 ? [`${count(alreadyReplayed)} were replayed before`] : []),
    ...(suppressed > 0 ? [`${count(suppressed)} are of people who must not be stored`] : []),
    ...stillRejected.map(({ events, code, path, message }) => `${count(events)} are still not right: ${code} ${path} ${message}`),
    ...notReplayable.map(({ events, message }) => `${count(events)} cannot be replayed: ${message}`),
  ]
  return `${lines.join('\n')}\n`
}
