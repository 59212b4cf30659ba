import { ClickHouseError } from '@clickhouse/client'
import { plainError } from '../plainError.ts'
import type { Told } from './facts.ts'

/** A look that ends: a failure is a value, and so is one that takes too long. */
export async function told<T>(look: (signal: AbortSignal) => Promise<T>, patienceMs: number): Promise<Told<T>> {
  const signal = AbortSignal.timeout(patienceMs)
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${patienceMs / 1000} s`)), { once: true })
  })
  try {
    return { isKnown: true, value: await Promise.race([Promise.resolve(signal).then(look), late]) }
  } catch (error) {
    return { isKnown: false, error: errorWords(error) }
  }
}

function errorWords(error: unknown): string {
  if (error instanceof ClickHouseError) return `ClickHouse error ${error.code}${error.type === undefined ? '' : ` ${error.type}`}`
  if (error instanceof AggregateError && error.errors.length > 0) return errorWords(error.errors[0])
  const words = plainError(error instanceof Error ? error.message : String(error))
  return words === '' ? 'no reason given' : words
}
