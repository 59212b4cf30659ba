import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { ask } from './judge.ts'
import { killEngine } from './launch.ts'
import { post } from './load.ts'
import { type Call, cannotTrace, readTrace } from './strace.ts'

const CALLS = 'read,write,writev,pwrite64,fdatasync,fsync,rename,unlink'

export const ackOrder: Fault = {
  id: 'F04',
  title: 'order of system calls: written, synced, answered; inserted and synced, then removed',
  unit: 'requests',
  sizes: { smoke: 10, middle: 50, long: 50 },
  cannotRun: cannotTrace,
  async run({ size, random }) {
    const folder = temporaryDataDir()
    const trace = join(folder.path, 'trace.txt')
    try {
      const gateway = await startGateway({
        dataDir: folder.path,
        under: ['strace', '-f', '--seccomp-bpf', '-y', '-s', '4096', '-o', trace, '-e', `trace=${CALLS}`],
      })
      const marks = Array.from({ length: size }, (_, index) => `mark-${random.whole(0, 2 ** 30)}-${index}-end`)
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const answers: (number | null)[] = []
      for (const mark of marks) answers.push((await post({ url: gateway.url }, agent, [mark])).status)
      await gateway.drain()
      agent.destroy()
      const raw = await ask<[string]>(
        folder.path,
        "SELECT uuid FROM system.tables WHERE name IN ('events', 'rejected_events', 'ingest_counts')",
      )
      await gateway.killAll()
      const calls = readTrace(readFileSync(trace, 'latin1'))
      const acks = marks.map(mark => ackFault(calls, mark))
      const removals = removalFaults(calls)
      const parts = partsOf(
        calls,
        raw.map(([uuid]) => uuid),
      )
      return {
        figures: {
          requests: size,
          'answered 200': answers.filter(status => status === 200).length,
          'synced before the answer': acks.filter(fault => fault === null).length,
          'segments removed': removals.removed,
          'removed after the insert': removals.removed - removals.broken.length,
          parts: parts.all,
          'parts synced before their rename': parts.synced,
        },
        broken: [
          ...answers.filter(status => status !== 200).map(status => `a request was answered ${status}`),
          ...acks.filter(fault => fault !== null),
          ...(removals.removed === 0 ? ['no segment was removed'] : removals.broken),
          ...(parts.all > 0 && parts.synced === parts.all ? [] : [`${parts.all - parts.synced} of ${parts.all} parts were not synced`]),
        ],
      }
    } finally {
      killEngine(folder.path)
      folder.remove()
    }
  },
}

/** For the request with this mark: a write to the segment, a sync of the same file, and only then the answer. */
function ackFault(calls: readonly Call[], mark: string): string | null {
  const asked = calls.find(({ name, text }) => name === 'read' && text.includes('POST /v1/batch') && text.includes(mark))
  if (asked === undefined) return `${mark}: its request is not in the trace`
  const socket = descriptor(asked)
  const after = calls.filter(({ began }) => began > asked.began)
  const answered = after.find(
    call => (call.name === 'write' || call.name === 'writev') && descriptor(call) === socket && call.text.includes('HTTP/1.1 200'),
  )
  if (answered === undefined) return `${mark}: its answer is not in the trace`
  const written = after.find(call => call.name === 'pwrite64' && descriptor(call).includes('.open') && call.text.includes(mark))
  if (written === undefined || written.done > answered.began) return `${mark}: answered before it was written`
  const synced = after.find(
    call => call.name === 'fdatasync' && descriptor(call) === descriptor(written) && call.began > written.done && call.result === '0',
  )
  return synced === undefined || synced.done > answered.began ? `${mark}: answered before it was synced` : null
}

/** A segment goes only after the engine has answered the last of its inserts, that of the counts. */
function removalFaults(calls: readonly Call[]): { removed: number; broken: string[] } {
  const removals = calls.filter(({ name, text }) => name === 'unlink' && text.includes('.seg"'))
  const inserts = calls
    .filter(({ name, text }) => name.startsWith('write') && /INSERT.{1,20}ingest_counts/.test(text))
    .map(insert => calls.find(call => call.name === 'read' && call.began > insert.done && descriptor(call) === descriptor(insert)))
  const broken = removals.filter(removal => !inserts.some(answer => answer?.text.includes('HTTP/1.1 200') && answer.done < removal.began))
  return { removed: removals.length, broken: broken.map(({ text }) => `removed before the insert was answered: ${text}`) }
}

/** Parts that inserts brought in: their files must be synced before the rename that makes them count. */
function partsOf(calls: readonly Call[], tables: readonly string[]): { all: number; synced: number } {
  const isRaw = (text: string) => tables.some(table => text.includes(table))
  const renames = calls.filter(({ name, text }) => name === 'rename' && /\/tmp_insert_[^/]+\/?",/.test(text) && isRaw(text))
  const synced = renames.filter(rename => {
    const part = /\/(tmp_insert_[^/"]+)\/?",/.exec(rename.text)?.[1] ?? ''
    const table = /store\/[^/]+\/([^/]+)\//.exec(rename.text)?.[1] ?? ''
    return calls.some(call => call.name.endsWith('sync') && call.done < rename.began && call.text.includes(`${table}/${part}`))
  })
  return { all: renames.length, synced: synced.length }
}

/** `31</tmp/…>` of `pwrite64(31</tmp/…>, …`. */
function descriptor({ text }: Call): string {
  return /^\w+\((\d+<[^>]*>?[^,)]*)/.exec(text)?.[1] ?? ''
}
