import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import type { Browser } from 'playwright'
import { afterAll, beforeAll } from 'vitest'
import { wireApp } from '../../gateway/src/ingest/wire/wire.fixture.ts'
import { launchChromium } from '../browser.ts'

/** The routes that SDKs call, on a port and in memory, and a Chromium. */
export interface PeerEdge {
  readonly port: number
  readonly browser: Browser
  readonly rows: ReturnType<typeof wireApp>['rows']
}

/** One for the tests of a file. */
export function peerEdge(): () => PeerEdge {
  const { fetch, rows } = wireApp()
  const shared: { server?: ServerType; browser?: Browser } = {}
  beforeAll(async () => {
    shared.server = serve({ fetch, hostname: '127.0.0.1', port: 0 })
    shared.browser = await launchChromium()
  })
  afterAll(async () => {
    await shared.browser?.close()
    shared.server?.close()
  })
  return () => {
    const { server, browser } = shared
    if (server === undefined || browser === undefined) throw new Error('The edge is there for tests and hooks, not while a file is read.')
    return { port: (server.address() as AddressInfo).port, browser, rows }
  }
}
