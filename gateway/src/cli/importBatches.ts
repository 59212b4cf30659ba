import type { ImportLine } from './importLines.ts'

export const MOST_EVENTS = 500
/** Below the 1 MiB that the gateway takes, with room for the wrapping. */
export const MOST_BYTES = 900_000

export interface ImportBatch {
  /** JSON texts. */
  readonly events: readonly string[]
  /** Line of each event. */
  readonly lines: readonly number[]
  /** Bytes of the file read so far. */
  readonly read: number
}

export type GoodLine = Extract<ImportLine, { event: string }>

/** Packs lines into requests of at most `mostEvents` events and `MOST_BYTES` bytes, in order. Lines without an event go to `onProblem`. */
export async function* packBatches(
  lines: AsyncIterable<ImportLine>,
  mostEvents: number,
  onProblem: (line: number, problem: string) => void,
): AsyncGenerator<ImportBatch> {
  let pack: GoodLine[] = []
  let bytes = 0
  for await (const line of lines) {
    if ('problem' in line) {
      onProblem(line.line, line.problem)
      continue
    }
    const size = Buffer.byteLength(line.event) + 1
    if (size > MOST_BYTES) {
      onProblem(line.line, `an event of ${size} bytes; 64 KiB is the most`)
      continue
    }
    if (pack.length >= mostEvents || bytes + size > MOST_BYTES) {
      yield toBatch(pack)
      pack = []
      bytes = 0
    }
    pack.push(line)
    bytes += size
  }
  if (pack.length > 0) yield toBatch(pack)
}

function toBatch(pack: readonly GoodLine[]): ImportBatch {
  return { events: pack.map(line => line.event), lines: pack.map(line => line.line), read: pack.at(-1)?.read ?? 0 }
}

/** The body of `POST /v1/import`; events are JSON texts already. */
export function importBody(source: string, batch: ImportBatch): string {
  return `{"source":${JSON.stringify(source)},"batch":[${batch.events.join(',')}]}`
}
