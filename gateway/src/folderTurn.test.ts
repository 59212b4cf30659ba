import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folderTurn } from './folderTurn.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'waymark-turn-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('turns on a folder come one after the other, whatever the folder is called, and each ends', async () => {
  const path = folder()
  const other = join(folder(), 'link')
  symlinkSync(path, other)
  let inside = 0
  const seen: number[] = []
  const turn = async (name: string) => {
    const end = await folderTurn(name, 'test')
    inside += 1
    await new Promise(done => setImmediate(done))
    seen.push(inside)
    inside -= 1
    await end?.()
    return end
  }
  const ends = await Promise.all([path, other, path, other, path].map(turn))
  expect(ends).not.toContain(null)
  expect(seen).toEqual([1, 1, 1, 1, 1])
})

test('who waits too long is told so; another folder and another kind of work wait for nobody', async () => {
  const path = folder()
  const end = await folderTurn(path, 'test')
  expect(await folderTurn(path, 'test', 0)).toBeNull()
  for (const free of [await folderTurn(path, 'other', 0), await folderTurn(folder(), 'test', 0)]) {
    expect(free).not.toBeNull()
    await free?.()
  }
  await end?.()
  const again = await folderTurn(path, 'test', 0)
  expect(again).not.toBeNull()
  await again?.()
})
