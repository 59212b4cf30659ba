import { spawnSync } from 'node:child_process'

/** null, or why processes cannot be traced here. */
export function cannotTrace(): string | null {
  const tried = spawnSync('strace', ['-f', '--seccomp-bpf', '-e', 'trace=rename', '-o', '/dev/null', 'true'], { encoding: 'utf8' })
  if (tried.error !== undefined) return 'strace is not installed'
  return tried.status === 0 ? null : `strace may not trace here: ${tried.stderr.trim().split('\n')[0]}`
}

/** The prefix of a command whose n-th rename of a thread is its last. Node calls rename, the engine renameat2 too. */
export function killAtRename(nth: number): readonly string[] {
  const calls = 'rename,renameat,renameat2'
  return ['strace', '-f', '--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${nth}`]
}

export interface Call {
  readonly thread: string
  readonly name: string
  /** Arguments and, after ` = `, the result. */
  readonly text: string
  readonly result: string
  /** Lines of the trace at which it began and was done. */
  readonly began: number
  readonly done: number
}

const LINE = /^(\d+) +(.*)$/
const UNFINISHED = / <unfinished \.\.\.>$/
const RESUMED = /^<\.\.\. (\w+) resumed>/

/** The calls of a trace (`strace -f -o`), in the order in which they were done. Calls cut in two by others are put together. */
export function readTrace(trace: string): Call[] {
  const open = new Map<string, { text: string; began: number }>()
  const calls: Call[] = []
  for (const [at, line] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = LINE.exec(line) ?? []
    if (UNFINISHED.test(rest)) {
      open.set(thread, { text: rest.replace(UNFINISHED, ''), began: at })
      continue
    }
    const first = RESUMED.test(rest) ? open.get(thread) : undefined
    const text = first === undefined ? rest : first.text + rest.replace(RESUMED, '')
    const name = /^(\w+)\(/.exec(text)?.[1]
    if (name === undefined) continue
    open.delete(thread)
    const end = text.lastIndexOf(' = ')
    calls.push({ thread, name, text, result: end < 0 ? '' : text.slice(end + 3), began: first?.began ?? at, done: at })
  }
  return calls
}
