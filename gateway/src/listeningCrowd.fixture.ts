import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

/** A crowd of clients in a thread of its own: they go on connecting and sending while the server's thread is busy. */
const { port, clients, sent } = workerData as { port: number; clients: number; sent: SharedArrayBuffer }
const sentCount = new Int32Array(sent)

const answers = Array.from(
  { length: clients },
  () =>
    new Promise<string>(resolve => {
      let text = ''
      const socket = connect(port, '127.0.0.1')
      socket.setEncoding('utf8')
      socket.on('data', (part: string) => {
        text += part
      })
      socket.once('error', error => resolve(error.message))
      socket.once('end', () => resolve(text.slice(0, text.indexOf('\r\n'))))
      socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n', () => {
        Atomics.add(sentCount, 0, 1)
        Atomics.notify(sentCount, 0)
      })
    }),
)
parentPort?.postMessage(await Promise.all(answers))
