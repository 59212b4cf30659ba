/** A database in MaxMind's format (country, city or ASN, of whichever publisher), read into memory and again when the file changes. */
import { readFile, stat } from 'node:fs/promises'
import { Reader, type Response } from 'mmdb-lib'
import { type FindOrigin, type Origin, originIn, truncated } from '../ingest/enrich/origin.ts'
import { remembered } from '../ingest/enrich/remembered.ts'

export interface OriginFile {
  /** Looks up the network that the address is in, never the address itself. Knows nothing before the file was read, and never throws. */
  readonly find: FindOrigin
  /** Reads the file again if it is another one than before; true when it was. A file that cannot be read leaves the last good one in use. */
  refresh(): Promise<boolean>
  close(): void
}

export interface OriginFileEdges {
  readonly path: string
  /** Told once when the file cannot be read, and again when that has changed. */
  readonly onTrouble: (error: unknown) => void
  /** How often to look whether the file is another one. */
  readonly everyMs?: number
}

const EVERY_MS = 60_000
/** Networks remembered: a lookup takes 2 to 10 µs, and visitors come back. */
const REMEMBERED = 10_000

type Find = (network: string) => { readonly origin: Origin | null }

/** Opens the file; rejects when it is none, for a setting that is wrong should stop a start. */
export async function openOriginFile({ path, onTrouble, everyMs = EVERY_MS }: OriginFileEdges): Promise<OriginFile> {
  let mark = await markOf(path)
  let known = await read(path)
  let trouble = ''
  const timer = setInterval(() => void refresh(), everyMs)
  timer.unref()

  async function refresh(): Promise<boolean> {
    try {
      const now = await markOf(path)
      if (now === mark) return false
      // A file that is being written has another mark when it is whole; until then the last good one answers.
      const next = await read(path)
      known = next
      mark = now
      trouble = ''
      return true
    } catch (error) {
      if (String(error) !== trouble) onTrouble(error)
      trouble = String(error)
      return false
    }
  }

  return {
    find(address) {
      const network = truncated(address)
      return network === null ? null : known(network).origin
    },
    refresh,
    close: () => clearInterval(timer),
  }
}

async function read(path: string): Promise<Find> {
  const bytes = await readFile(path)
  const reader = open(bytes, path)
  return remembered(network => ({ origin: lookUp(reader, network) }), REMEMBERED)
}

function open(bytes: Buffer, path: string): Reader<Response> {
  try {
    const reader = new Reader<Response>(bytes)
    // Damage in the middle shows on the first look only.
    reader.get('192.0.2.0')
    return reader
  } catch (cause) {
    throw new Error(`${path} is no database in MaxMind's format (.mmdb), or it is damaged. Give a country, city or ASN database.`, {
      cause,
    })
  }
}

/** An IPv4 database knows no IPv6 address, and says so by throwing. */
function lookUp(reader: Reader<Response>, network: string): Origin | null {
  try {
    return originIn(reader.get(network))
  } catch {
    return null
  }
}

async function markOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path)
  return `${mtimeMs} ${size} ${ino}`
}
