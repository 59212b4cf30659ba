import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

export interface Platform {
  readonly os: string
  readonly arch: string
  /** musl instead of glibc, as on Alpine. */
  readonly isMusl: boolean
}

const PACKAGES: { readonly [platform: string]: string } = {
  'linux-x64': '@chdb/lib-linux-x64-gnu',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'darwin-arm64': '@chdb/lib-darwin-arm64',
}

const INSTEAD = 'Set CLICKHOUSE_URL to a ClickHouse server instead'

/** Name of the npm package that holds the engine's library; an Error that says what to do where none exists. */
export function enginePackage({ os, arch, isMusl }: Platform): string {
  const name = PACKAGES[`${os}-${arch}`]
  if (name === undefined || isMusl) {
    const where = `${os}-${arch}${isMusl ? ' with musl' : ''}`
    throw new Error(`The embedded engine does not exist for ${where}. ${INSTEAD}, or use Linux with glibc or macOS, x64 or arm64.`)
  }
  return name
}

/** Path of `libchdb.so` for the machine this runs on. */
export function engineLibrary(platform: Platform = thisPlatform()): string {
  const name = enginePackage(platform)
  try {
    return join(require.resolve(`${name}/package.json`), '../libchdb.so')
  } catch (cause) {
    throw new Error(
      `The embedded engine for ${platform.os}-${platform.arch} is not installed: npm package ${name} is missing. Install with optional dependencies. ${INSTEAD}.`,
      { cause },
    )
  }
}

function thisPlatform(): Platform {
  return { os: process.platform, arch: process.arch, isMusl: process.platform === 'linux' && !hasGlibc(process.report.getReport()) }
}

function hasGlibc(report: object): boolean {
  const { header } = report as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime !== undefined
}
