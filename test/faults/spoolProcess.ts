import type { RefusalCause } from '../../gateway/src/ingest/spool/admission.ts'
import type { SpoolBacklog } from '../../gateway/src/ingest/spool/spool.ts'
import { type Launched, launch } from './launch.ts'
import type { SpoolChildOptions } from './spoolChild.ts'

export interface Refused {
  readonly status: number
  readonly because: RefusalCause | 'unknown'
  readonly retryAfter: string | null
}

/** A spool in a process of its own. */
export interface SpoolProcess extends Launched {
  /** null: acknowledged. Rejects when no answer came. */
  append(ids: readonly string[]): Promise<Refused | null>
  load(segments: number): Promise<string[]>
  seal(): Promise<void>
  ids(): Promise<string[]>
  backlog(): Promise<Omit<SpoolBacklog, 'bySource'>>
  /** As an operator would end it: everything is sealed. */
  close(): Promise<void>
  kill(): Promise<void>
}

/** `under`: a command that runs it, such as strace with its options. */
export async function startSpool(
  options: SpoolChildOptions,
  { under = [], env }: { under?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<SpoolProcess> {
  const [file = process.execPath, ...args] = [...under, process.execPath, 'test/faults/spoolChild.ts', JSON.stringify(options)]
  const running = await launch({ command: [file, ...args], readyLine: /ready (\S+)/, env })
  const { ready: url } = running
  if (url === null) throw new Error(`the spool on ${options.dir} did not start:\n${running.output()}`)

  const post = (path: string, body: object = {}) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
  async function ask<T>(path: string, body?: object): Promise<T> {
    const response = await post(path, body)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const idsFrom = async (path: string, body?: object) => (await ask<{ ids: string[] }>(path, body)).ids

  async function kill(): Promise<void> {
    running.signal('SIGKILL')
    await running.exited
  }

  return {
    ...running,
    append: async ids => {
      const response = await post('/append', { ids })
      const body = (await response.json()) as { because?: RefusalCause }
      if (response.ok) return null
      return { status: response.status, because: body.because ?? 'unknown', retryAfter: response.headers.get('retry-after') }
    },
    load: segments => idsFrom('/load', { segments }),
    seal: () => ask('/seal'),
    ids: () => idsFrom('/ids'),
    backlog: () => ask('/backlog'),
    close: async () => {
      await ask('/close')
      await kill()
    },
    kill,
  }
}

/** What senders were told, over every life of a spool. */
export interface Ledger {
  readonly acknowledged: Set<string>
  readonly refused: Set<string>
  readonly refusals: Refused[]
  readonly loaded: string[]
}

export function createLedger(): Ledger {
  return { acknowledged: new Set(), refused: new Set(), refusals: [], loaded: [] }
}

const LONGEST_LOAD_MS = 30_000

/** Requests of ten events, from so many senders at once, until `isOver`; not longer than half a minute, whatever a fault has made of it. */
export async function sendAll(spool: SpoolProcess, ledger: Ledger, senders: number, isOver: () => boolean): Promise<void> {
  const { acknowledged, refused, refusals } = ledger
  const deadline = performance.now() + LONGEST_LOAD_MS
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (!isOver() && performance.now() < deadline) {
        const ids = Array.from({ length: 10 }, () => crypto.randomUUID())
        const refusal = await spool.append(ids)
        for (const id of ids) (refusal === null ? acknowledged : refused).add(id)
        if (refusal !== null) refusals.push(refusal)
      }
    }),
  )
}

/** What of a ledger does not hold for the ids that were found at the end. */
export function brokenPromises({ acknowledged, refused, loaded }: Ledger, waiting: readonly string[]) {
  const found = [...loaded, ...waiting]
  const ids = new Set(found)
  const lost = [...acknowledged].filter(id => !ids.has(id)).length
  const duplicated = found.length - ids.size
  const kept = [...refused].filter(id => ids.has(id)).length
  return {
    figures: { acknowledged: acknowledged.size, refused: refused.size, LOST: lost, DUPS: duplicated, 'refused but stored': kept },
    broken: [
      ...(lost > 0 ? [`LOST ${lost} of ${acknowledged.size} acknowledged`] : []),
      ...(duplicated > 0 ? [`DUPS ${duplicated}`] : []),
      ...(kept > 0 ? [`${kept} events were refused and stored`] : []),
      ...(acknowledged.size === 0 ? ['nothing was acknowledged'] : []),
    ],
  }
}
