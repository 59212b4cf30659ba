import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KEYS } from './gateway.ts'

/** A customer's site: every page carries the shipped IIFE of the gateway at `host`, and nothing else of ours. */
export async function startVendorSite(host: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const script = `<script src="${host}/waymark.js" data-write-key="${KEYS.browser}" data-host="${host}"></script>`
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>${request.url}</title><h1>Vendor</h1>${script}`)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() }
}
