/** Where a command writes: results to `out`, progress and complaints to `err`. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Whether `err` is a terminal that can redraw a line. */
  readonly isTty: boolean
  readonly columns: number
}

/** A command line that cannot be understood: printed with the way to write it; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Runs a command and turns what it throws into a message and an exit code: 0 done, 1 failure, 2 usage. */
export async function exitCode(terminal: Terminal, usage: string, work: () => Promise<boolean>): Promise<0 | 1 | 2> {
  try {
    return (await work()) ? 0 : 1
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof UsageError || isParseError(error)) {
      terminal.err(`${message}\n\nUsage: ${usage}\n`)
      return 2
    }
    terminal.err(`${message}\n`)
    return 1
  }
}

/** What `parseArgs` throws for an unknown option or a missing value. */
function isParseError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

const plain = new Intl.NumberFormat('en-GB')

/** 6919 → `6,919`. */
export function count(n: number): string {
  return plain.format(n)
}
