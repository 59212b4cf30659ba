/** What each version of a peer's SDK sent, captured on the wire; see docs/PEERS.md for the command. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Peer, versionOf } from './peers.ts'
import type { Call } from './wire.ts'

export interface Golden {
  readonly peer: string
  readonly package: string
  readonly version: string
  readonly calls: readonly Call[]
}

const FOLDER = join(import.meta.dirname, 'golden')

/** Whether this run writes down what SDKs send instead of comparing. */
export const isCapturing = process.env.WAYMARK_CAPTURE === 'yes'

export function goldenOf(peer: Peer): Golden {
  const file = fileOf(peer)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Golden
  } catch (cause) {
    throw new Error(
      `No capture of ${peer.id} at ${versionOf(peer.package)} (${file}). Run: WAYMARK_CAPTURE=yes npx vitest run test/peers`,
      { cause },
    )
  }
}

export function capture(peer: Peer, calls: readonly Call[]): void {
  const golden: Golden = { peer: peer.id, package: peer.package, version: versionOf(peer.package), calls }
  writeFileSync(fileOf(peer), `${JSON.stringify(golden, null, 2)}\n`)
}

/** Every version that was ever captured: sites do not update their SDKs when we do. */
export function allGolden(): Golden[] {
  const names = readdirSync(FOLDER).filter(name => name.endsWith('.json'))
  return names.sort().map(name => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Golden)
}

function fileOf({ id, package: name }: Peer): string {
  return join(FOLDER, `${id}@${versionOf(name)}.json`)
}
