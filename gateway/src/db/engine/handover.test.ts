import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readHandover, writeHandover, writePrivate } from './handover.ts'

const folder = mkdtempSync(join(tmpdir(), 'waymark-handover-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HANDOVER = { url: 'http://127.0.0.1:1', writer: { username: 'w', password: 'x' }, reader: { username: 'r', password: 'y' }, pid: 7 }

test('what one process writes, another reads; nobody else may', () => {
  expect(readHandover(folder)).toBeNull()
  writeFileSync(join(folder, 'engine.json'), 'an older one that everybody may read', { mode: 0o644 })
  writeHandover(folder, HANDOVER)
  expect(readHandover(folder)).toEqual(HANDOVER)
  expect(statSync(join(folder, 'engine.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['engine.json'])
})

test('what came with a copy of another folder is no handover', () => {
  writeHandover(folder, HANDOVER)
  const copy = mkdtempSync(join(tmpdir(), 'waymark-handover-copy-'))
  cpSync(folder, copy, { recursive: true })
  expect(readHandover(copy)).toBeNull()
  // Restored to where the original was: the path alone does not tell.
  rmSync(folder, { recursive: true })
  renameSync(copy, folder)
  expect(readHandover(folder)).toBeNull()
})

test.each(['', '{', 'null', '[]', '{"url":"http://127.0.0.1:1"}'])('a damaged file is no file: %s', text => {
  writeFileSync(join(folder, 'engine.json'), text)
  expect(readHandover(folder)).toBeNull()
})

test('one without a password is no handover', () => {
  writeHandover(folder, { ...HANDOVER, writer: { username: 'w', password: '' } })
  expect(readHandover(folder)).toBeNull()
})

test('a file that cannot be written leaves no draft behind', () => {
  mkdirSync(join(folder, 'taken/by-a-folder'), { recursive: true })
  expect(() => writePrivate(join(folder, 'taken'), 'text')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  expect(readdirSync(folder).filter(name => name.startsWith('taken'))).toEqual(['taken'])
})
