import { bad } from './parameters.ts'

export type CursorPart = string | number

/**
 * An opaque place in a list. `list` names the list with its order, so that a cursor of one order cannot be used in another.
 * Nothing in it is secret and nothing in it is trusted: its parts are bound as parameters, never written into SQL.
 */
export function writeCursor(list: string, parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify([list, ...parts])).toString('base64url')
}

/** Whether a cursor is one of this list; what else it may be is for `readCursor` to say. */
export function isCursorOf(list: string, cursor: string | undefined): boolean {
  return cursor !== undefined && cursor !== '' && decode(cursor)[0] === list
}

/** The parts of a cursor of this list, each of the kind its example has; a 400 otherwise. */
export function readCursor<T extends readonly CursorPart[]>(list: string, cursor: string | undefined, examples: T): T | undefined {
  if (cursor === undefined || cursor === '') return undefined
  const [found, ...parts] = decode(cursor)
  const fits = found === list && parts.length === examples.length && parts.every((part, index) => typeof part === typeof examples[index])
  if (!fits) throw badCursor()
  // Each part was compared with its example just above.
  return parts as unknown as T
}

export function badCursor() {
  return bad(
    'cursor',
    'is not one that this list gave out; take `nextCursor` of the page before, with the same sort, or leave it out to start',
  )
}

function decode(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    // Not JSON: reported like every other foreign cursor.
    return []
  }
}
