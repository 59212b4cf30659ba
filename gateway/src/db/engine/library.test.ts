import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { engineLibrary, enginePackage } from './library.ts'
import { startError } from './problems.ts'

test('each platform has its package', () => {
  expect(enginePackage({ os: 'linux', arch: 'x64', isMusl: false })).toBe('@chdb/lib-linux-x64-gnu')
  expect(enginePackage({ os: 'linux', arch: 'arm64', isMusl: false })).toBe('@chdb/lib-linux-arm64-gnu')
  expect(enginePackage({ os: 'darwin', arch: 'x64', isMusl: false })).toBe('@chdb/lib-darwin-x64')
  expect(enginePackage({ os: 'darwin', arch: 'arm64', isMusl: false })).toBe('@chdb/lib-darwin-arm64')
})

test.each([
  [{ os: 'linux', arch: 'x64', isMusl: true }, 'linux-x64 with musl'],
  [{ os: 'win32', arch: 'x64', isMusl: false }, 'win32-x64'],
  [{ os: 'linux', arch: 'riscv64', isMusl: false }, 'linux-riscv64'],
])('where there is no engine the message names the platform and the way out: %j', (platform, named) => {
  expect(() => enginePackage(platform)).toThrow(`does not exist for ${named}.`)
  expect(() => enginePackage(platform)).toThrow('CLICKHOUSE_URL')
})

test('a package that is not installed is named', () => {
  const elsewhere = { os: process.platform === 'darwin' ? 'linux' : 'darwin', arch: 'arm64', isMusl: false }
  expect(() => engineLibrary(elsewhere)).toThrow(/npm package @chdb\/lib-.* is missing/)
  expect(existsSync(engineLibrary())).toBe(true)
})

test.each([
  ['Code: 76 … Another server instance in same directory is already running', 'own DATA_DIR', true],
  ['Net Exception: Address already in use: 127.0.0.1:8123', 'start again', true],
  ['write: No space left on device', 'make room', false],
  ['Permission denied: /data', 'owner', false],
  ["version `GLIBC_2.29' not found", 'glibc', false],
  ['something new', 'CLICKHOUSE_URL', false],
])('the end of a start says what to do: %s', (words, advice, isOccupied) => {
  const error = startError(words)
  expect(error.message).toContain(words)
  expect(error.message).toContain(advice)
  expect(error.isOccupied).toBe(isOccupied)
})
