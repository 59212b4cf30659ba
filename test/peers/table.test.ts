import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isCapturing } from './golden.ts'
import { PEERS, versionOf } from './peers.ts'

const FILE = join(import.meta.dirname, '..', '..', 'docs', 'PEERS.md')
const TABLE = /(?<=<!-- peers -->\n\n)[\s\S]*?(?=\n\n<!-- \/peers -->)/

/** Results stand in it as calls: peers.test.ts fails for each that does not arrive. */
function table(): string {
  const rows = PEERS.map(peer => [
    `\`${peer.package}\``,
    versionOf(peer.package),
    peer.runsIn,
    peer.form,
    `${peer.calls.join(', ')}: all arrive`,
  ])
  return [['SDK', 'version', 'in', 'form', 'calls'], ['---', '---', '---', '---', '---'], ...rows]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n')
}

test('the table of docs/PEERS.md has the installed versions and the calls that are tested', () => {
  const text = readFileSync(FILE, 'utf8')
  expect(text).toMatch(TABLE)
  if (isCapturing) writeFileSync(FILE, text.replace(TABLE, table))
  else expect(TABLE.exec(text)?.[0]).toBe(table())
})

test.each(PEERS.map(({ id, says }) => [id, says] as const))('the line that a user of %s writes stands there as it is tested', (_, says) => {
  expect(readFileSync(FILE, 'utf8')).toContain(says)
})

test.each([
  ['@segment/analytics-next', 'the snippet gets the script that is tested from npm'],
  ['@rudderstack/analytics-js', 'the plain package gets its own plugins'],
])('%s is of one version in pages and beside the gateway: %s', name => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'gateway', 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  expect(manifest.optionalDependencies[name]).toBe(versionOf(name))
})
