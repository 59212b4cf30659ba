import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { afterEach, beforeEach } from 'vitest'
import { loadModels } from '../../model/load.ts'
import type { Reader } from '../../read/reader.ts'
import { createAccountPages } from '../accounts/accountRoutes.ts'
import { createPublicAddress } from '../frame/publicAddress.ts'
import { CONSOLE_URL } from '../pages.fixture.ts'
import { createConsole } from '../routes.ts'
import { consoleSetup } from './signInRoutes.ts'

export const PASSWORD = 'correct horse battery'

/** Nothing to see: these tests are about who gets in. */
const EMPTY: Reader = {
  accounts: async () => ({ data: [], nextCursor: null }),
  placedAccounts: async () => ({ data: [], nextCursor: null }),
  accountId: async () => null,
  account: async () => null,
  score: async () => Promise.reject(new Error('not asked')),
  journey: async () => null,
  timeline: async () => ({ data: [], nextCursor: null }),
  accountsCsv: async () => Promise.reject(new Error('not asked')),
  history: async () => ({ through: null, days: [] }),
  changes: async () => Promise.reject(new Error('not asked')),
  profile: async () => null,
  merges: async () => null,
}

export interface ConsoleDoor {
  /** Of the test that runs. */
  readonly dataDir: string
  /** Epoch ms. */
  clock: number
  /** Of who asks. */
  address: string
  /** A console on `dataDir`; another one is what a restart makes. */
  open(how?: { readonly publicUrl?: string; readonly trustProxy?: boolean }): Hono
  /** Of a new set-up link. */
  setupToken(publicUrl?: string): Promise<string>
  /** A console of which the set-up link was used, and what its user got. */
  setUp(publicUrl?: string): Promise<{ app: Hono; token: string; answer: Response; cookie: string }>
}

/** A console that nobody is signed in to, on a folder of each test’s own. */
export function consoleDoor(): ConsoleDoor {
  const made = { dataDir: '' }
  beforeEach(async () => {
    made.dataDir = await mkdtemp(join(tmpdir(), 'waymark-console-'))
    door.clock = Date.UTC(2026, 10, 20)
    door.address = '192.0.2.1'
  })
  afterEach(() => rm(made.dataDir, { recursive: true }))
  const door: ConsoleDoor = {
    get dataDir() {
      return made.dataDir
    },
    clock: 0,
    address: '',
    open: ({ publicUrl = CONSOLE_URL, trustProxy = false } = {}) =>
      createConsole({
        pages: [createAccountPages({ reader: EMPTY, models: { ...loadModels(), journeys: [] }, now: () => door.clock })],
        now: () => door.clock,
        dataDir: made.dataDir,
        address: createPublicAddress({ proxies: { kind: trustProxy ? 'nearest' : 'nobody' }, url: publicUrl, remote: () => door.address }),
        passwordCost: 2 ** 10,
      }),
    async setupToken(publicUrl = CONSOLE_URL) {
      const { setupUrl } = await consoleSetup({ dataDir: made.dataDir, publicUrl })
      return new URL(setupUrl ?? '').searchParams.get('token') ?? ''
    },
    async setUp(publicUrl = CONSOLE_URL) {
      const app = door.open({ publicUrl })
      const token = await door.setupToken(publicUrl)
      const answer = await post(app, '/console/set-up', { token, password: PASSWORD, again: PASSWORD }, { origin: publicUrl })
      return { app, token, answer, cookie: cookieOf(answer) }
    },
  }
  return door
}

/** A form as a page of the console sends it. */
export async function post(app: Hono, path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return app.request(`${CONSOLE_URL}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { origin: CONSOLE_URL, ...headers },
  })
}

export function cookieOf(response: Response): string {
  return /^([^=]+=[^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? ''
}
