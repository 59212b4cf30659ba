/** Takes batches as a gateway would and counts the events; each message id counts once. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

interface Counted {
  ids: Set<string>
  requests: number
  bytes: number
}

const counted: Counted = { ids: new Set(), requests: 0, bytes: 0 }

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const { batch } = JSON.parse(text.toString()) as { batch: { messageId: string }[] }
    for (const { messageId } of batch) counted.ids.add(messageId)
    counted.requests++
    counted.bytes += body.length
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ success: true, accepted: batch.length, rejected: [] }))
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

// Any message asks for the count, and begins a new one.
process.on('message', () => {
  process.send?.({ events: counted.ids.size, requests: counted.requests, bytes: counted.bytes })
  Object.assign(counted, { ids: new Set(), requests: 0, bytes: 0 })
})
process.on('disconnect', () => process.exit())
