import type { Level } from '../../health/judge.ts'

/** One line of the doctor: what is so, and what to do about it (null: nothing). */
export interface Diagnosis {
  readonly check: 'configuration' | 'machine' | 'folder' | 'spool' | 'warehouse' | 'tables' | 'gateway' | 'clock'
  readonly level: Level
  readonly words: string
  readonly todo: string | null
}

export function say(check: Diagnosis['check']) {
  return (level: Level, words: string, todo: string | null = null): Diagnosis => ({ check, level, words, todo })
}

export function errorWords(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorWords(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  const code = (error as NodeJS.ErrnoException).code
  return code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`
}
