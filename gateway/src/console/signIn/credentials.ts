import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folderTurn } from '../../folderTurn.ts'

/** scrypt parameters: N = 2^17, r = 8, p = 1 is OWASP's first choice; one hash takes 128 MiB. */
const PASSWORD_COST = 2 ** 17

interface StoredPassword {
  readonly salt: string
  readonly hash: string
  readonly cost: number
}

/** `DATA_DIR/console.json`, 0600: the password once it is set, the hash of the set-up token before. */
interface ConsoleFile {
  readonly setupTokenHash: string | null
  readonly password: StoredPassword | null
}

export interface Credentials {
  /** A new one-time set-up token; null when a password is set, where an unused one is to be kept, or while another process is at it for long. */
  offerSetup(unused: 'replaced' | 'kept'): Promise<string | null>
  isSetupToken(token: string): Promise<boolean>
  /** Sets the password and uses the token up; false when the token was wrong or used already. */
  setUp(token: string, password: string): Promise<boolean>
  isPassword(password: string): Promise<boolean>
  isSetUp(): Promise<boolean>
  /** Stands for the password that is set, and tells nothing of it; '' when none is. */
  mark(): Promise<string>
}

export interface CredentialEdges {
  readonly dataDir: string
  readonly cost?: number
  /** How long another process that changes the file is waited for; default as a turn's. */
  readonly patienceMs?: number
}

/** The console's only account. The file is read at each question, so that several processes and a deleted file agree at once. */
export function createCredentials({ dataDir, cost = PASSWORD_COST, patienceMs }: CredentialEdges): Credentials {
  const path = join(dataDir, 'console.json')
  const queue = createQueue()

  async function read(): Promise<ConsoleFile> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as ConsoleFile
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { setupTokenHash: null, password: null }
      throw new Error(`cannot read the console's credentials in ${path}; mend or delete the file to set the console up again`, {
        cause: error,
      })
    }
  }

  async function write(file: ConsoleFile): Promise<void> {
    await mkdir(dataDir, { recursive: true })
    const next = `${path}.${randomBytes(6).toString('hex')}`
    await writeFile(next, `${JSON.stringify(file)}\n`, { mode: 0o600 })
    await chmod(next, 0o600)
    await rename(next, path)
  }

  /** Nobody else changes the file meanwhile: a start must not put a link in the place of a password that is being set. */
  async function change<T>(work: () => Promise<T>, otherwise: () => T): Promise<T> {
    const endTurn = await folderTurn(dataDir, 'console', patienceMs)
    return endTurn === null ? otherwise() : work().finally(endTurn)
  }

  const hindered = () => {
    throw new Error(`another process has been changing ${path} for long: end it (is it stopped?) and try again`)
  }

  return {
    offerSetup: unused =>
      change(
        async () => {
          const { password, setupTokenHash } = await read()
          if (password !== null || (unused === 'kept' && setupTokenHash !== null)) return null
          const token = randomBytes(32).toString('base64url')
          await write({ setupTokenHash: sha256(token), password: null })
          return token
          // One that was stopped in the middle is no reason not to start.
        },
        () => null,
      ),
    isSetupToken: async token => matches((await read()).setupTokenHash, token),
    setUp: (token, password) =>
      // One after the other: of two requests with the same token, be it at two gateways, exactly one wins.
      queue(() =>
        change(async () => {
          const file = await read()
          if (file.password !== null || !matches(file.setupTokenHash, token)) return false
          const salt = randomBytes(16).toString('base64url')
          const hash = (await derive(password, salt, cost)).toString('base64url')
          await write({ setupTokenHash: null, password: { salt, hash, cost } })
          return true
        }, hindered),
      ),
    isPassword: password =>
      // One hash at a time: each takes 128 MiB, and a flood of sign-ins must not take the gateway's memory.
      queue(async () => {
        const stored = (await read()).password
        if (stored === null) return false
        return timingSafeEqual(await derive(password, stored.salt, stored.cost), Buffer.from(stored.hash, 'base64url'))
      }),
    isSetUp: async () => (await read()).password !== null,
    async mark() {
      const stored = (await read()).password
      return stored === null ? '' : sha256(`${stored.salt} ${stored.hash}`)
    },
  }
}

function derive(password: string, salt: string, cost: number): Promise<Buffer> {
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), 32, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function matches(storedHash: string | null, token: string): boolean {
  if (storedHash === null || token === '') return false
  return timingSafeEqual(Buffer.from(storedHash, 'hex'), Buffer.from(sha256(token), 'hex'))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function createQueue() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next
    return next
  }
}
