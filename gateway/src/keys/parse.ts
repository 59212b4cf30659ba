/** What a secret key may be allowed to do. */
export const SCOPES = ['read', 'admin', 'import', 'delete', 'merge'] as const
export type Scope = (typeof SCOPES)[number]

/** A write key of the configuration; `name` is the source its events are stored under. */
export interface WriteKeySetting {
  readonly name: string
  readonly key: string
  /** Private: its edges are verified, and it is refused when a page sends it. */
  readonly server: boolean
}

export interface SecretKeySetting {
  readonly name: string
  readonly key: string
  readonly scopes: readonly Scope[]
}

export interface ParsedKeys<T> {
  readonly keys: readonly T[]
  /** Every problem found, in words for the operator; keys are never quoted in full. */
  readonly problems: readonly string[]
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
const KEY = /^[A-Za-z0-9_.~-]{3,200}$/

/** Whether `name` may name a source or a key: it becomes `source_id` in the warehouse. */
export function isKeyName(name: string): boolean {
  return NAME.test(name)
}

export const KEY_NAME_RULE = '1 to 64 letters, digits, “_”, “.” or “-”, starting with a letter or digit'

/** `WRITE_KEYS`: `name:key[:server],…`. Two keys may share a name (rotation), no two may share a key. */
export function parseWriteKeys(text: string): ParsedKeys<WriteKeySetting> {
  return parseList('WRITE_KEYS', text, 'name:key or name:key:server', ({ name, key, rest, problem }) => {
    const word = rest ?? ''
    if (word !== '' && word !== 'server')
      problem(`“${word}” after the key is not known; write “:server” for a private key or nothing for a public one`)
    return { name, key, server: word === 'server' }
  })
}

/** `SECRET_KEYS`: `name:key[:scope+scope],…`; without scopes a key may do everything. */
export function parseSecretKeys(text: string): ParsedKeys<SecretKeySetting> {
  return parseList('SECRET_KEYS', text, 'name:key or name:key:scope+scope', ({ name, key, rest, problem }) => {
    const words = (rest ?? '').split('+').filter(word => word !== '')
    const unknown = words.filter(word => !isScope(word))
    if (unknown.length > 0) problem(`unknown scope ${unknown.join(', ')}; scopes are ${SCOPES.join(', ')}`)
    return { name, key, scopes: words.length === 0 ? [...SCOPES] : words.filter(isScope) }
  })
}

export function isScope(word: string): word is Scope {
  return SCOPES.some(scope => scope === word)
}

interface Entry {
  readonly name: string
  readonly key: string
  readonly rest: string | undefined
  problem(text: string): void
}

function parseList<T extends { key: string }>(variable: string, text: string, form: string, read: (entry: Entry) => T): ParsedKeys<T> {
  const keys: T[] = []
  const problems: string[] = []
  const entries = text.split(',').map(entry => entry.trim())
  for (const [index, entry] of entries.entries()) {
    if (entry === '') continue
    const problem = (words: string) => problems.push(`${variable}, entry ${index + 1}: ${words}.`)
    const [name = '', key = '', rest, ...more] = entry.split(':').map(part => part.trim())
    const before = problems.length
    if (key === '' || more.length > 0) problem(`must have the form ${form}`)
    else if (!KEY.test(key)) problem('the key must have 3 to 200 characters out of letters, digits, “_”, “.”, “~” and “-”')
    if (!isKeyName(name)) problem(`the name must be ${KEY_NAME_RULE}`)
    if (keys.some(other => other.key === key)) problem('this key is already in the list; each key can belong to one name only')
    const setting = read({ name, key, rest, problem })
    if (problems.length === before) keys.push(setting)
  }
  return { keys, problems }
}
