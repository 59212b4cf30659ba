import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A site with an SDK on every page but `/checkout`. */
export async function startSite(markup: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return void response.writeHead(204).end()
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(request.url === '/checkout' ? '<!doctype html><title>Checkout</title>' : markup)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://www.shop.test:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
