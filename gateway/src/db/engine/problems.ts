/** Why the engine did not start. */
export class EngineStartError extends Error {
  /** An engine that is about to die still has the folder or the port: worth another try. */
  readonly isOccupied: boolean

  constructor(message: string, isOccupied: boolean) {
    super(message)
    this.name = 'EngineStartError'
    this.isOccupied = isOccupied
  }
}

interface Problem {
  readonly sign: RegExp
  readonly advice: string
  readonly isOccupied?: true
}

const INSTEAD = 'Or set CLICKHOUSE_URL to a ClickHouse server.'

const PROBLEMS: readonly Problem[] = [
  {
    sign: /Another server instance/,
    advice: 'Another engine uses the same DATA_DIR: stop the process named above, or give this one its own DATA_DIR.',
    isOccupied: true,
  },
  { sign: /Address already in use/, advice: 'Another program took its port just now: start again.', isOccupied: true },
  { sign: /No space left|NOT_ENOUGH_SPACE/, advice: 'The disk of DATA_DIR is full: make room and start again.' },
  { sign: /Permission denied|EACCES/, advice: 'DATA_DIR must belong to the user that runs Waymark: correct its owner, or choose another.' },
  {
    sign: /GLIBC|cannot open shared object|ffi-rs|Cannot find (module|package)/,
    advice: `Its library could not be loaded: it needs glibc, and optional dependencies installed. ${INSTEAD}`,
  },
]

/** The error for the last words of an engine that ended while starting: what happened, and what to do. */
export function startError(words: string): EngineStartError {
  const problem = PROBLEMS.find(({ sign }) => sign.test(words))
  const advice = problem?.advice ?? `Check that DATA_DIR is writable and its disk has room, then start again. ${INSTEAD}`
  return new EngineStartError(`The embedded engine did not start. ${advice} It ${words}`, problem?.isOccupied ?? false)
}
