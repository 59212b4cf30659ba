/** The name by which a process holds the jobs, and whether whoever bears such a name still lives. */
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where a process number means one process: the containers of a pod share a host name, and each has a process 1. */
const PLACE = [hostname(), ...numberSpace()].join(':')

/** `host:4026531836:4711`. */
export function holderHere(pid = process.pid): string {
  return `${PLACE}:${pid}`
}

/** null for processes elsewhere, of which nothing is known. */
export function isAliveHere(holder: string): boolean | null {
  const end = holder.lastIndexOf(':')
  const place = holder.slice(0, end)
  // Of an older gateway, which an upgrade may have ended in the middle of its turn.
  if (place !== PLACE && place !== hostname()) return null
  try {
    return process.kill(Number(holder.slice(end + 1)), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The namespace of process numbers, where the system has such. */
function numberSpace(): string[] {
  try {
    return [readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')]
  } catch {
    return []
  }
}
