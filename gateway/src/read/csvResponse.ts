import { explainError } from '../log.ts'
import type { AccountExport } from './accountExport.ts'

/** A download that is written as it is read: only one page of accounts is in memory. */
export function csvResponse({ text, cutAt }: AccountExport, now: number): Response {
  const day = new Date(now).toISOString().slice(0, 10)
  const name = `waymark-accounts-${day}${cutAt === null ? '' : `-first-${cutAt}-of-more`}.csv`
  return new Response(streamOf(text), {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${name}"`,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
  })
}

/** Asks for the next piece when the reader has taken the one before, and for none after it went away. */
function streamOf(text: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const pieces = text[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next().catch((error: unknown) => {
          // The server prints what ends a stream and sends its message: neither may hold the data that the engine quotes.
          throw new Error(`the file could not be finished: ${explainError(error)}`)
        })
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await pieces.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
