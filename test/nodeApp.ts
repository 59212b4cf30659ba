/**
 * A back end with the Node SDK, in a process of its own: `node test/nodeApp.ts SDK_FILE HOST KEY CLOSE_MS`.
 * Each order is three calls. It ends on SIGTERM, by closing what it opened and nothing else, and prints what `close` said.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const [file = '', host = '', writeKey = '', closeMs = ''] = process.argv.slice(2)
const { Waymark } = (await import(file)) as typeof import('../sdk-node/src/index.ts')

const waymark = new Waymark({ writeKey, host, flushInterval: 50 })
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)
waymark.on('error', ({ willRetry, code, messageIds }) => willRetry || say({ error: code, messageIds }))

const server = createServer((request, response) => {
  const user = new URL(request.url ?? '', 'http://app').searchParams.get('user') ?? ''
  waymark.identify({ userId: user, traits: { email: `${user}@node-company.com`, name: user } })
  waymark.group({ userId: user, groupId: 'node-company', traits: { website: 'https://node-company.com' } })
  waymark.track({ userId: user, event: 'Quote Requested', groupId: 'node-company', messageId: `quote-${user}` })
  if (user === 'bad') waymark.track({ userId: user, event: 'x'.repeat(201), messageId: 'bad-event' })
  response.writeHead(204).end()
})
server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }))

process.once('SIGTERM', () => {
  server.close()
  void waymark.close({ timeoutMs: Number(closeMs) }).then(say)
})
