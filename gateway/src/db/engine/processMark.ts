import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Tells a process from every other that had or will have its number, also before and after the machine was started anew, and in another
 * container, where the numbers are others; null where it is gone, or the system does not tell.
 */
export function processMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may hold blanks, the time of its start is the 20th field.
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid'), startedAt].join(' ')
  } catch {
    return null
  }
}
