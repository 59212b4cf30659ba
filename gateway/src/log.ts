import { ClickHouseError } from '@clickhouse/client'
import type { LogLevel } from './config.ts'
import { plainError } from './plainError.ts'

export type Fields = { readonly [name: string]: string | number | boolean | null | undefined }

/** One line of JSON per entry. Fields never hold payloads, keys or identifiers of people. */
export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export function createLog({ level, write, now }: { level: LogLevel; write: (line: string) => void; now: () => number }): Log {
  const at =
    (own: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      if (ORDER.indexOf(own) < ORDER.indexOf(level)) return
      write(`${JSON.stringify({ at: new Date(now()).toISOString(), level: own, message, ...fields })}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** The message of an error with its causes, without a stack and without the data that the engine quotes: for one log field. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error instanceof ClickHouseError ? `ClickHouse ${error.code}: ${plainError(error.message)}` : error.message
  return error.cause === undefined ? own : `${own}: ${explainError(error.cause)}`
}
