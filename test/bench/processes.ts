/** Processes as /proc shows them: where they run, what they used. Linux only; elsewhere nothing is pinned and figures are absent. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Kernels have counted CPU time in hundredths of a second for user space since 2.6. */
const TICKS_PER_SECOND = 100

export interface Usage {
  /** User and system time so far, seconds. */
  readonly cpu: number
  /** Most memory that was resident since `forgetPeak`, bytes. */
  readonly peak: number
}

export const canPin = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0

/** Moves a process with all its threads; those it starts later follow. */
export function pin(pid: number, cores: string): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' })
}

/** A process and what it started, but not below any of `without`. */
export function family(pid: number, without: readonly number[] = []): number[] {
  if (process.platform !== 'linux') return [pid]
  const children = Map.groupBy(everyProcess(), ({ parent }) => parent)
  const found: number[] = []
  const visit = (id: number) => {
    if (without.includes(id)) return
    found.push(id)
    for (const child of children.get(id) ?? []) visit(child.pid)
  }
  visit(pid)
  return found
}

function everyProcess(): { pid: number; parent: number }[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 0)
    .flatMap(pid => {
      const stat = statOf(pid)
      return stat === null ? [] : [{ pid, parent: Number(stat[1]) }]
    })
}

/** Fields after the name, which may hold blanks: state, parent, … */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null // it ended meanwhile
  }
}

export function usage(pids: readonly number[]): Usage {
  if (process.platform !== 'linux') return { cpu: Number.NaN, peak: Number.NaN }
  const sum = { cpu: 0, peak: 0 }
  for (const pid of pids) {
    const stat = statOf(pid)
    if (stat === null) continue
    sum.cpu += (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND
    sum.peak += 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  }
  return sum
}

/** From here on `peak` is counted anew. */
export function forgetPeak(pids: readonly number[]): void {
  if (process.platform !== 'linux') return
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
