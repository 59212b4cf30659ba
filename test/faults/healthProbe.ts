/** A thread of its own asks a gateway whether it lives: what else the test does must not pass for slowness of the gateway. */
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

export interface Health {
  readonly status: number
  readonly ms: number
}

const EVERY_MS = 50

/** Asks again and again until stopped, each time on a new connection, as a probe does. */
export function watchHealth(url: string): { stop(): Promise<Health[]> } {
  const worker = new Worker(new URL(import.meta.url), { workerData: url })
  const answers = new Promise<Health[]>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    stop() {
      worker.postMessage('stop')
      return answers
    },
  }
}

function ask(url: string, agent: Agent): Promise<number> {
  return new Promise(resolve => {
    const asked = request(`${url}/healthz`, { agent }, answer => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.once('error', () => resolve(0))
    asked.end()
  })
}

async function probe(url: string, port: NonNullable<typeof parentPort>): Promise<void> {
  const answers: Health[] = []
  const agent = new Agent({ keepAlive: false })
  let isOver = false
  port.once('message', () => {
    isOver = true
  })
  while (!isOver) {
    const began = performance.now()
    const status = await ask(url, agent)
    answers.push({ status, ms: performance.now() - began })
    await pause(EVERY_MS)
  }
  port.postMessage(answers)
}

if (!isMainThread && parentPort !== null && typeof workerData === 'string') void probe(workerData, parentPort)
