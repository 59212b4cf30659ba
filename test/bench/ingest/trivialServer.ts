/** What the load generator can do at most: a server that only counts bytes until a request is whole, on a bare socket. */
import { createServer } from 'node:net'

createServer({ noDelay: true }, socket => {
  let missing = 0
  socket.on('data', data => {
    if (missing === 0) missing = lengthOf(data)
    missing -= data.length
    if (missing > 0) return
    missing = 0
    const body = '{"success":true,"accepted":0,"rejected":[]}'
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
  socket.on('error', () => socket.destroy())
}).listen(0, '127.0.0.1', function (this: ReturnType<typeof createServer>) {
  const address = this.address()
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port })
})
process.on('disconnect', () => process.exit())

/** Of the whole request: head, blank line, body. */
function lengthOf(start: Buffer): number {
  const end = start.indexOf('\r\n\r\n')
  const head = start.toString('latin1', 0, end)
  return end + 4 + Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? 0)
}
