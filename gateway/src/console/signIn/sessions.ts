import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A signed-in browser is signed out after this long, busy or not. */
export const SESSION_MS = 12 * 3_600_000
const MOST_SESSIONS = 1000
const BEING_WRITTEN = '.new'

export interface Sessions {
  /** A new 256-bit id; only ids made here are ever good, so none can be planted in a browser beforehand. */
  open(): Promise<string>
  isOpen(id: string | undefined): Promise<boolean>
  /** Ends it for every process on the folder; on the disk before it resolves. */
  close(id: string | undefined): Promise<void>
}

export interface SessionEdges {
  readonly now: () => number
  readonly dataDir: string
  /** Stands for the password that is set: who signed in with another is signed in no more. */
  readonly account: () => Promise<string>
}

interface SessionFile {
  readonly endsAt: number
  readonly account: string
}

/**
 * `DATA_DIR/console-sessions/<hash of the id>`, 0600: sessions outlive a restart, and each is a file of its own, so that no process can bring
 * back what another has ended. The id itself is nowhere but in the browser.
 */
export function createSessions({ now, dataDir, account }: SessionEdges): Sessions {
  const folder = join(dataDir, 'console-sessions')
  const pathOf = (id: string) => join(folder, hashed(id))

  /** Makes room: what is over goes, and of too many those that end first. */
  async function forgetOld(): Promise<void> {
    // What is being written is nobody's yet.
    const names = (await readdir(folder)).filter(name => !name.endsWith(BEING_WRITTEN))
    const found = await Promise.all(names.map(async name => ({ name, endsAt: (await read(join(folder, name)))?.endsAt ?? 0 })))
    const running = found.filter(({ endsAt }) => endsAt > now()).sort((one, other) => one.endsAt - other.endsAt)
    const kept = new Set(running.slice(-(MOST_SESSIONS - 1)).map(({ name }) => name))
    await Promise.all(names.filter(name => !kept.has(name)).map(name => rm(join(folder, name), { force: true })))
  }

  return {
    async open() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await forgetOld()
      const id = randomBytes(32).toString('base64url')
      const file: SessionFile = { endsAt: now() + SESSION_MS, account: await account() }
      const next = pathOf(id) + BEING_WRITTEN
      await writeFile(next, JSON.stringify(file), { mode: 0o600, flag: 'wx' })
      await rename(next, pathOf(id))
      return id
    },
    async isOpen(id) {
      if (id === undefined) return false
      const file = await read(pathOf(id))
      return file !== null && file.endsAt > now() && file.account === (await account())
    },
    async close(id) {
      if (id === undefined) return
      await rm(pathOf(id), { force: true })
      await syncFolder(folder)
    },
  }
}

/** null for what is not there, or is no session. */
async function read(path: string): Promise<SessionFile | null> {
  try {
    const file: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isSession(file) ? file : null
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`cannot read the console's session in ${path}; delete the file to end it`, { cause: error })
  }
}

function isSession(file: unknown): file is SessionFile {
  return typeof file === 'object' && file !== null && 'endsAt' in file && Number.isFinite(file.endsAt) && 'account' in file
}

/** A session that was ended must not be back after a power cut. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}
