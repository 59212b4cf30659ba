import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processMark } from './db/engine/processMark.ts'
import { folderTurn } from './folderTurn.ts'

/** Where a gateway listens, for commands on the same machine and folder. */
export interface GatewayAddress {
  readonly url: string
  readonly pid: number
  /** Of the process, so that another one with its number is not taken for it; null where the system tells none. */
  readonly mark?: string | null
}

/**
 * Writes it to `DATA_DIR/<name>.json`, and removes what killed ones left; resolves with what takes it back. The name is that of the part of
 * the spool that is this process's alone: of several gateways on a folder each has a file of its own, and one that stops takes away no
 * other's.
 */
export async function announceGateway(dataDir: string, name: string, address: GatewayAddress): Promise<() => Promise<void>> {
  const file = join(dataDir, `${name}.json`)
  for (const other of await filesIn(dataDir)) {
    const found = await read(other)
    if (found === null || isAlive(found)) continue
    // Of one in another container of the same network it cannot be seen whether its process lives.
    if (found.url === address.url || !(await answers(found.url))) await rm(other, { force: true })
  }
  await writeFile(file, `${JSON.stringify({ mark: processMark(address.pid), ...address })}\n`, { mode: 0o600 })
  // Left there it means no gateway once the process is gone: no reason not to stop.
  return () => rm(file, { force: true }).catch(() => undefined)
}

/**
 * The same, after `first` has done what only one gateway of a folder should do: it is told whether this one is alone, and those that start in
 * the same moment wait for each other, so that one of them is and the others are not.
 */
export async function joinGateways<T>(
  dataDir: string,
  name: string,
  address: GatewayAddress,
  first: (isAlone: boolean) => Promise<T>,
  patienceMs?: number,
): Promise<{ readonly found: T; readonly takeBack: () => Promise<void> }> {
  const endTurn = await folderTurn(dataDir, 'joining', patienceMs)
  try {
    // One that was stopped while it joined is no reason not to start; it may have printed what must stay.
    const isAlone = endTurn !== null && (await findGateway(dataDir, address.url)) === null
    const found = await first(isAlone)
    return { found, takeBack: await announceGateway(dataDir, name, address) }
  } finally {
    await endTurn?.()
  }
}

/** Those that listen, and those that ended without a word (see `isAlive`). */
export async function announcedGateways(dataDir: string): Promise<GatewayAddress[]> {
  const found = await Promise.all((await filesIn(dataDir)).map(read))
  return found.filter(address => address !== null)
}

const PATIENCE_MS = 2_000

/** Where one listens that lives and answers, and not at `but`; null when none does. */
export async function findGateway(dataDir: string, but = ''): Promise<string | null> {
  for (const address of await announcedGateways(dataDir)) {
    if (address.url !== but && isAlive(address) && (await answers(address.url))) return address.url
  }
  return null
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null)
  return answer?.ok === true
}

/**
 * A killed gateway leaves its file: a key must not go to whatever listens on its port now, whoever has its number by then. False of one in
 * another container.
 */
export function isAlive({ pid, mark = null }: GatewayAddress): boolean {
  if (mark !== null && mark !== processMark(pid)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function filesIn(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir).catch(() => [])
  return names
    .filter(name => /^gateway(?:-\d+)?\.json$/.test(name))
    .sort((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .map(name => join(dataDir, name))
}

async function read(file: string): Promise<GatewayAddress | null> {
  try {
    const { url, pid, mark = null } = JSON.parse(await readFile(file, 'utf8')) as Partial<GatewayAddress>
    return url === undefined || pid === undefined ? null : { url, pid, mark }
  } catch {
    return null // taken back meanwhile, or half written
  }
}
