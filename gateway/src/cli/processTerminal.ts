import type { Terminal } from './terminal.ts'

/** The terminal of this process. */
export function processTerminal({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Terminal {
  return {
    out: text => void stdout.write(text),
    err: text => void stderr.write(text),
    isTty: stderr.isTTY === true,
    columns: stderr.columns ?? 80,
  }
}
