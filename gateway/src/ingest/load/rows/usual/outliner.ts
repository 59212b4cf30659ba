import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The events of one request, outlined; of use until the next request is. */
export interface Outlines {
  /** What `read` wrote (`gateway/wasm/outliner/record.ts`): `WORDS` of 32 bits for each event, by place. */
  readonly words: Int32Array
  /** The same, as numbers of eight bytes. */
  readonly times: Float64Array
  /** Numbers of texts mean the same as long as this is the same. */
  readonly textsAge: number
  /** Likewise for numbers of pages and rests. */
  readonly restsAge: number
  /** Text in the body between two places. */
  text(start: number, end: number): string
  /** Text in the body that is ASCII. */
  plain(start: number, end: number): string
}

export interface OutlineOptions {
  /** Number of all that the rows of its events depend on besides the body. */
  readonly facts: number
  /** Whether events that say no type are tracks. */
  readonly isTrack: boolean
  readonly events: number
}

/** null where the request is none of the usual. The body must be one that the scanner took (`ingest/scan`). */
export type Outliner = (body: Buffer, options: OutlineOptions) => Outlines | null

/** Words of a record, as `gateway/wasm/outliner/record.ts` has them. */
export const WORDS = 26
export const FLAGS = 0
export const PAGE = 1
/** In numbers of eight bytes. */
export const TIME = 1
export const WHOLE = 4
export const MESSAGE_ID = 6
export const SENT_AT = 8
export const PROPERTIES = 10
export const ANONYMOUS_ID = 12
export const USER_ID = 15
export const SESSION_ID = 18
export const EVENT_NAME = 21
export const SEQUENCE = 24
export const REST = 25

export const IS_UNUSUAL = 1
export const IS_AS_WRITTEN = 2
export const HAS_SEQUENCE = 4
export const HAS_TIME = 8

/** Larger bodies are few, and their memory would be kept. */
const MOST_BYTES = 1024 * 1024
const MOST_EVENTS = 2500
const PAGE_BYTES = 65_536
/** The module looks at sixteen bytes at a time. */
const BEHIND = 64
/** Made by `npm run wasm`. */
export const OUTLINER_FILE = new URL('outliner.wasm', import.meta.url)

interface Exports {
  readonly memory: WebAssembly.Memory
  begin(low: number, high: number): void
  textsAge(): number
  restsAge(): number
  input(): number
  records(): number
  read(bytes: number, facts: number, isTrack: boolean, single: boolean): number
}

/** null where this machine cannot run the module. */
export function createOutliner(): Outliner | null {
  const exports = instance()
  if (exports === null) return null
  const { memory, begin, textsAge, restsAge, input, records, read } = exports
  begin(randomInt(2 ** 32), randomInt(2 ** 32))
  const start = input()
  let views = viewsOf()

  function viewsOf() {
    return {
      all: Buffer.from(memory.buffer, start),
      words: new Int32Array(memory.buffer, records(), MOST_EVENTS * WORDS),
      times: new Float64Array(memory.buffer, records(), (MOST_EVENTS * WORDS) / 2),
    }
  }

  return (body, { facts, isTrack, events }) => {
    if (body.length > MOST_BYTES) return null
    const missing = body.length + BEHIND - views.all.length
    if (missing > 0) {
      if (!hasGrown(memory, Math.ceil(missing / PAGE_BYTES))) return null
      views = viewsOf()
    }
    const { all, words, times } = views
    body.copy(all)
    const count = countIn(body.length, facts, isTrack, events)
    if (count !== events) return null
    return {
      words,
      times,
      textsAge: textsAge(),
      restsAge: restsAge(),
      text: (from, to) => all.toString('utf8', from, to),
      plain: (from, to) => all.toString('latin1', from, to),
    }
  }

  /** A body of one event may be that event. */
  function countIn(bytes: number, facts: number, isTrack: boolean, events: number): number {
    const count = read(bytes, facts, isTrack, false)
    return count === -1 && events === 1 ? read(bytes, facts, isTrack, true) : count
  }
}

/** False where there is no room. */
function hasGrown(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Without it rows are made as they are of unusual events; that the scanner cannot run either is told there. */
function instance(): Exports | null {
  const bytes = new Uint8Array(readFileSync(OUTLINER_FILE))
  // A processor without the wide registers.
  if (!WebAssembly.validate(bytes)) return null
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports
  } catch (error) {
    // Too little address space.
    if (error instanceof RangeError) return null
    throw error
  }
}
