import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { isPublic, networkOf } from './network.ts'
import { isBelieved, type ProxyTrust } from './proxies.ts'

/** Open connections, and what became of those that were too many. */
export interface Connections {
  readonly counts: {
    readonly open: () => number
    /** Closed at once: `all` places were taken, or the part of one `address`. */
    readonly refused: Readonly<Record<'all' | 'address', number>>
    /** Times that idle connections were closed to make room. */
    readonly cleared: () => number
  }
}

/** Of all connections, what one address on the internet may hold: many people can share one, but not most of the places. */
const ADDRESS_PART = 1 / 4
/** From here on idle connections give way. */
const CROWDED = 0.8
const CLEAR_EVERY_MS = 1000

/**
 * Holds a server to so many connections: each takes a file of this process, and one that has none left cannot write its spool. A crowd
 * of idle connections gives way to whoever wants to ask something; one address cannot take all places.
 */
export function holdConnections(server: Server, most: number, now: () => number, isLimited: (address: string) => boolean): Connections {
  const byAddress = new Map<string, number>()
  const refused = { all: 0, address: 0 }
  const mostOfOne = Math.ceil(most * ADDRESS_PART)
  let open = 0
  let cleared = 0
  let clearedAt = Number.NEGATIVE_INFINITY

  server.maxConnections = most
  server.on('drop', () => {
    refused.all++
  })
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (byAddress.get(address) ?? 0) + 1
    open++
    byAddress.set(address, count)
    socket.once('close', () => {
      open--
      const left = (byAddress.get(address) ?? 1) - 1
      if (left === 0) byAddress.delete(address)
      else byAddress.set(address, left)
    })
    if (count > mostOfOne && isLimited(address)) {
      refused.address++
      socket.destroy()
    } else if (open > most * CROWDED && now() - clearedAt > CLEAR_EVERY_MS) {
      clearedAt = now()
      cleared++
      server.closeIdleConnections()
    }
  })
  return { counts: { open: () => open, refused, cleared: () => cleared } }
}

/** Behind a proxy that is believed stands everybody, and one may stand behind any address of this network. */
export function limitedBeside(proxies: ProxyTrust): (address: string) => boolean {
  return address => {
    const network = networkOf(address)
    return network !== null && isPublic(network) && !isBelieved(proxies, address)
  }
}

/** Files that this process may have open; null where the system does not say. */
export function openFilesLimit(read: (file: string) => string = file => readFileSync(file, 'utf8')): number | null {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    return null // not Linux
  }
}

/** Files that are not connections of clients: spool, engine, modules, log. */
const OTHER_FILES = 256

/** What is wanted, or what the files of this process allow. */
export function connectionsFor(wanted: number, files: number | null): number {
  return files === null ? wanted : Math.max(64, Math.min(wanted, files - OTHER_FILES))
}
