/** Public lists that npm packages carry, as cases for the rules of enrichment. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

export interface Corpus<T> {
  readonly name: string
  readonly version: string
  readonly cases: readonly T[]
}

interface Visitor {
  readonly userAgent: string
  /** `Win32`, `MacIntel`, `iPhone`, `Linux armv81` …: `navigator.platform`. */
  readonly platform: string
  readonly deviceCategory: string
}

function versionOf(name: string): string {
  const from = require.resolve.paths(name) ?? []
  for (const folder of from) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version
    } catch {
      // It lies further up.
    }
  }
  throw new Error(`${name} is not installed: npm test installs it`)
}

function fileOf(name: string, path: string): string {
  const folder = (require.resolve.paths(name) ?? []).map(start => join(start, name, path)).find(file => readable(file))
  if (folder === undefined) throw new Error(`${name} has no ${path}`)
  return readFileSync(folder, 'utf8')
}

function readable(file: string): boolean {
  try {
    return readFileSync(file).length > 0
  } catch {
    return false
  }
}

/** User agents of crawlers, as their operators and the world's logs have them. */
export function crawlers(): Corpus<string> {
  const name = 'crawler-user-agents'
  const entries = JSON.parse(fileOf(name, 'crawler-user-agents.json')) as { readonly instances: readonly string[] }[]
  return { name, version: versionOf(name), cases: [...new Set(entries.flatMap(({ instances }) => instances))] }
}

/** Browsers of people, of an advertising network's real traffic, with what the browser itself says of its machine. */
export function visitors(): Corpus<Visitor> {
  const name = 'user-agents'
  const entries = JSON.parse(fileOf(name, 'dist/user-agents.json')) as Visitor[]
  return { name, version: versionOf(name), cases: entries }
}

export interface Referrer {
  readonly host: string
  readonly medium: 'unknown' | 'email' | 'social' | 'search'
}

/** Snowplow's list of who refers, by medium: YAML of one shape, in which hosts (some with a path, which is left off) are list items below `domains:`. */
export function referrers(): Corpus<Referrer> {
  const name = 'referer-parser'
  let medium: Referrer['medium'] | null = null
  let isHosts = false
  const cases: Referrer[] = []
  for (const line of fileOf(name, 'data/referers.yml').split('\n')) {
    const section = /^(unknown|email|social|search):/.exec(line)?.[1]
    if (section !== undefined) medium = section as Referrer['medium']
    const key = /^ {2,}\S.*:\s*$/.test(line) ? line.trim() : ''
    if (key !== '') isHosts = key === 'domains:'
    const item = /^\s+- +["']?([^\s"']+)/.exec(line)?.[1]
    if (item !== undefined && isHosts && medium !== null && !item.includes('/')) cases.push({ host: item, medium })
  }
  return { name, version: versionOf(name), cases }
}

/** Rules of the public suffix list as `psl` carries them, without those that have a wildcard or an exception. */
export function suffixes(): Corpus<string> {
  const name = 'psl'
  const text = fileOf(name, 'data/rules.js')
  const cases = [...text.matchAll(/"([^"\s]+)"/g)]
    .map(match => match[1] ?? '')
    .filter(rule => /^[a-z0-9.-]+$/.test(rule) && rule.includes('.'))
  return { name, version: versionOf(name), cases }
}
