/** Copies of the definitions that the embedded engine keeps of its databases and tables, because it may cut one off (soundWrites.ts) and then never start again. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** In the folder of the engine, besides `data`. */
const COPIES = 'definitions'
const ASIDE = 'definitions-damaged'

/**
 * Copies what is new or changed. To be called when all definitions are known to be good: when the engine has just started with them, and
 * when it has changed one and is sound. Throws when there is no room for a copy.
 */
export function keepDefinitions(folder: string): void {
  const there = definitions(join(folder, 'data', 'metadata'))
  const copies = join(folder, COPIES)
  mkdirSync(copies, { recursive: true, mode: 0o700 })
  for (const name of there) {
    const [from, to] = [join(folder, 'data', 'metadata', name), join(copies, name)]
    const [source, copy] = [statSync(from), statSync(to, { throwIfNoEntry: false })]
    const isKept = copy?.size === source.size && copy.mtimeMs >= Math.floor(source.mtimeMs)
    if (isKept || source.size === 0) continue
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    put(from, to)
  }
  // One of a table that is gone must not come back in place of a later one of its name.
  for (const name of definitions(copies)) if (!there.includes(name)) rmSync(join(copies, name))
}

/**
 * After a start that failed with these last words: puts the copy in place of each definition that is empty or that the words name, and sets
 * aside those of which there is no copy: nothing was ever stored by them, for their tables were still being made. Orders to change a table that
 * the words name go where nothing stands in them: whoever gave them was told that they failed. Tells what it did; nothing means that none of
 * these is to blame.
 */
export function mendDefinitions(folder: string, words: string): readonly string[] {
  const metadata = join(folder, 'data', 'metadata')
  const copies = join(folder, COPIES)
  // A folder that no engine has started in since there are copies: all would be set aside.
  if (statSync(copies, { throwIfNoEntry: false }) === undefined) return []
  const mended = definitions(metadata).flatMap(name => {
    const [path, copy] = [join(metadata, name), join(copies, name)]
    if (statSync(path).size > 0 && !words.includes(relative(join(folder, 'data'), realpathSync(path)))) return []
    const kept = statSync(copy, { throwIfNoEntry: false }) === undefined ? null : readFileSync(copy)
    if (kept?.equals(readFileSync(path))) return []
    if (kept !== null) {
      put(copy, path)
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
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : []
}

/** In one step: what is there before stays there when there is no room. */
function put(from: string, to: string): void {
  // By such a name the engine takes it for an unfinished definition of its own.
  const draft = `${to}.tmp`
  try {
    copyFileSync(from, draft)
    const { atime, mtime } = statSync(from)
    utimesSync(draft, atime, mtime)
    renameSync(draft, to)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
