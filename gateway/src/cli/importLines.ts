import { createHash } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { messageIdOf } from '../ingest/event/normalise.ts'
import { sanitise } from '../ingest/event/sanitise.ts'

/** A line as it becomes an event, or the reason why it does not. `read` is the bytes read up to and with this line. */
export type ImportLine =
  | { readonly line: number; readonly read: number; readonly event: string }
  | { readonly line: number; readonly read: number; readonly problem: string }

/** A line longer than this can never be an event (64 KiB); it is skipped without being kept. */
const LONGEST_LINE = 512 * 1024

/**
 * Reads newline-delimited JSON. An event without a `messageId` gets one from the file's name and the line's number:
 * importing the same file again then repeats the same ids, and the gateway keeps one of each.
 */
export async function* importLines(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<ImportLine> {
  let line = 0
  for await (const { text, read, isTooLong } of splitLines(chunks)) {
    line += 1
    const trimmed = line === 1 ? text.replace(/^\ufeff/, '').trim() : text.trim()
    if (isTooLong) yield { line, read, problem: `longer than ${LONGEST_LINE / 1024} KiB` }
    else if (trimmed !== '') yield { line, read, ...toEvent(trimmed, name, line) }
  }
}

function toEvent(text: string, name: string, line: number): { event: string } | { problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'not a JSON object' }
  // Not what the gateway would throw away: without a stable id a second import would count twice.
  const hasId = 'messageId' in value && messageIdOf(sanitise(value.messageId).value) !== undefined
  return { event: hasId ? text : JSON.stringify({ ...value, messageId: lineId(name, line) }) }
}

/** `import-` and 32 hex digits of SHA-256 over file name and line number. */
export function lineId(name: string, line: number): string {
  return `import-${createHash('sha256').update(`${name}\0${line}`).digest('hex').slice(0, 32)}`
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<{ text: string; read: number; isTooLong: boolean }> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isTooLong = false
  let read = 0
  for await (const chunk of chunks) {
    read += chunk.byteLength
    const parts = (rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))).split('\n')
    rest = parts.pop() ?? ''
    for (const text of parts) {
      yield { text, read, isTooLong: isTooLong || text.length > LONGEST_LINE }
      isTooLong = false
    }
    if (rest.length > LONGEST_LINE) {
      rest = ''
      isTooLong = true
    }
  }
  rest += decoder.end()
  if (rest !== '' || isTooLong) yield { text: rest, read, isTooLong }
}
