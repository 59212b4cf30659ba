/** The leanest HTTP client that keeps a connection alive: one request at a time, answers with a length or in chunks. */
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Connection {
  /** Calls back when the answer is whole. */
  send(request: Buffer, answered: (answer: Answer) => void): void
  close(): void
}

export function openConnection(port: number, onBroken: (error: Error) => void): Promise<Connection> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      done(overSocket(socket, onBroken))
    })
  })
}

function overSocket(socket: Socket, onBroken: (error: Error) => void): Connection {
  let answered: ((answer: Answer) => void) | null = null
  let received = ''
  let isClosing = false

  socket.setEncoding('latin1')
  socket.on('error', onBroken)
  socket.on('close', () => {
    if (!isClosing) onBroken(new Error('the server closed a connection'))
  })
  socket.on('data', (text: string) => {
    received += text
    const answer = parseAnswer(received)
    if (answer === null) return
    const take = answered
    received = ''
    answered = null
    take?.(answer)
  })

  return {
    send(request, callBack) {
      answered = callBack
      socket.write(request)
    },
    close() {
      isClosing = true
      socket.destroy()
    },
  }
}

/** null while something is missing. */
export function parseAnswer(text: string): Answer | null {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = text.slice(0, end)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length !== undefined) return text.length - end - 4 < Number(length) ? null : { status, body: text.slice(end + 4) }
  return text.endsWith('0\r\n\r\n') ? { status, body: text.slice(end + 4) } : null
}
