import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { lockFolder } from './folderLock.ts'

it('gives a folder to one holder at a time', async () => {
  const folder = join(tmpdir(), `waymark-lock-${crypto.randomUUID()}`, 'one')
  const release = await lockFolder(folder)
  expect(release).not.toBeNull()
  expect(await lockFolder(folder)).toBeNull()
  expect(await lockFolder(`${folder}-2`).then(async other => other?.())).toBeUndefined()
  await release?.()
  const again = await lockFolder(folder)
  expect(again).not.toBeNull()
  await again?.()
  await rm(dirname(folder), { recursive: true, force: true })
})
