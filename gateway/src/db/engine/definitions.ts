/** Copies of the definitions that the embedded engine keeps of its databases and tables, because it may cut one off (soundWrites.ts) and then never start again. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** In the folder of the engine, besides `data`. */
const COPIES = 'definitions'
const ASIDE = 'definitions-damaged'
/** Every whole definition ends with it. */
const LINE_END = 0x0a

/**
 * Copies what is new or changed. To be called when all definitions are known to be good: when the engine has just started with them, before it
 * changes one, and when it has changed one and is sound. Several processes may call it at once. Throws when there is no room for a copy.
 */
export function keepDefinitions(folder: string): void {
  const metadata = join(folder, 'data', 'metadata')
  const copies = join(folder, COPIES)
  mkdirSync(copies, { recursive: true, mode: 0o700 })
  for (const name of definitions(metadata)) {
    const [from, to] = [join(metadata, name), join(copies, name)]
    const [source, copy] = [found(from), found(to)]
    // Dropped meanwhile.
    if (source === undefined) continue
    if (copy?.size === source.size && copy.mtimeMs >= Math.floor(source.mtimeMs)) continue
    const text = textOf(from)
    // What another process has the engine change just now may be cut off.
    if (text === null || !isWhole(text)) continue
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    put(text, source, to)
  }
  // One of a table that is gone must not come back in place of a later one of its name.
  for (const name of definitions(copies)) if (found(join(metadata, name)) === undefined) rmSync(join(copies, name), { force: true })
}

/**
 * After a start that failed with these last words: puts the copy in place of each definition that is cut off, and sets aside those of which
 * there is no copy: nothing was ever stored by them, for their tables were still being made. Orders to change a table that the words name go
 * where nothing stands in them: whoever gave them was told that they failed. Tells what it did; nothing means that none of these is to blame.
 * Definitions that are whole stay, for the words name them too when something else of their tables is wrong.
 */
export function mendDefinitions(folder: string, words: string): readonly string[] {
  const metadata = join(folder, 'data', 'metadata')
  const copies = join(folder, COPIES)
  // A folder that no engine has started in since there are copies: all would be set aside.
  if (found(copies) === undefined) return []
  const mended = definitions(metadata).flatMap(name => {
    const [path, copy] = [join(metadata, name), join(copies, name)]
    const text = textOf(path)
    const isNamed = words.includes(relative(join(folder, 'data'), realpathSync(path)))
    if (text === null || isWhole(text) || (text.length > 0 && !isNamed)) return []
    const [kept, state] = [textOf(copy), found(copy)]
    if (kept !== null && state !== undefined) {
      put(kept, state, path)
      return [`the definition ${name} was cut off and is as it was before`]
    }
    const aside = join(folder, ASIDE, name)
    mkdirSync(dirname(aside), { recursive: true, mode: 0o700 })
    renameSync(path, aside)
    return [`the definition ${name} was cut off while it was made and was put into ${ASIDE}`]
  })
  return [...mended, ...withoutEmptyOrders(join(folder, 'data', 'store'), words)]
}

/** `mutation_7.txt` in the folder of a table. */
function withoutEmptyOrders(store: string, words: string): string[] {
  const tables = [...new Set(words.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g))]
  const orders = tables.flatMap(table => {
    const folder = join(store, table.slice(0, 3), table)
    return list(folder).flatMap(name => (/^mutation_\d+\.txt$/.test(name) ? [join(folder, name)] : []))
  })
  return orders.flatMap(path => {
    if (statSync(path).size > 0) return []
    rmSync(path)
    return [`the order ${relative(store, path)} was cut off and was removed`]
  })
}

/** `waymark.sql` of a database, `waymark/events.sql` of a table: the folder of a database is a link to where it lies. */
function definitions(metadata: string): string[] {
  const names = list(metadata)
  return names.flatMap(name =>
    name.endsWith('.sql')
      ? [name]
      : list(join(metadata, name))
          .filter(table => table.endsWith('.sql'))
          .map(table => join(name, table)),
  )
}

function list(folder: string): string[] {
  return found(folder)?.isDirectory() ? readdirSync(folder) : []
}

function found(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function isWhole(text: Buffer): boolean {
  return text.at(-1) === LINE_END
}

/** null when it is gone. */
function textOf(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** In one step: what is there before stays there when there is no room. */
function put(text: Buffer, { mode, atime, mtime }: Stats, to: string): void {
  // By such a name the engine takes it for an unfinished definition of its own.
  const draft = `${to.slice(0, -'.sql'.length)}.${process.pid}.sql.tmp`
  try {
    writeFileSync(draft, text, { mode })
    utimesSync(draft, atime, mtime)
    renameSync(draft, to)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
