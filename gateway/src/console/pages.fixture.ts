import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { createPublicAddress, type PublicAddress } from './frame/publicAddress.ts'
import { createConsole } from './routes.ts'
import { consoleSetup } from './signIn/signInRoutes.ts'

export const CONSOLE_URL = 'http://127.0.0.1:8090'

/** A console somebody is signed in to. */
export interface SignedIn {
  get(path: string): Promise<Response>
  /** Values may repeat a name. */
  post(path: string, form?: readonly (readonly [name: string, value: string])[], headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

export async function signedInConsole(pages: (address: PublicAddress) => readonly Hono[], now: () => number): Promise<SignedIn> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waymark-pages-'))
  const address = createPublicAddress({ proxies: { kind: 'nobody' }, url: CONSOLE_URL, remote: () => '192.0.2.1' })
  const app = createConsole({ pages: pages(address), now, dataDir, address, passwordCost: 2 ** 10 })
  const { setupUrl } = await consoleSetup({ dataDir, publicUrl: CONSOLE_URL })
  const token = new URL(setupUrl ?? '').searchParams.get('token') ?? ''
  const answer = await app.request(`${CONSOLE_URL}/console/set-up`, {
    method: 'POST',
    body: new URLSearchParams({ token, password: 'correct horse battery', again: 'correct horse battery' }),
    headers: { origin: CONSOLE_URL },
  })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  return {
    get: async path => app.request(CONSOLE_URL + path, { headers: { cookie } }),
    post: async (path, form = [], headers = {}) =>
      app.request(CONSOLE_URL + path, {
        method: 'POST',
        body: new URLSearchParams(form.map(([name, value]) => [name, value])),
        headers: { cookie, origin: CONSOLE_URL, ...headers },
      }),
    close: () => rm(dataDir, { recursive: true }),
  }
}
