import { expect, it } from 'vitest'
import { lockFolder } from './folderLock.ts'

it('gives a folder to one holder at a time', async () => {
  const folder = `/nowhere/${crypto.randomUUID()}`
  const release = await lockFolder(folder)
  expect(release).not.toBeNull()
  expect(await lockFolder(folder)).toBeNull()
  expect(await lockFolder(`${folder}-2`).then(async other => other?.())).toBeUndefined()
  await release?.()
  const again = await lockFolder(folder)
  expect(again).not.toBeNull()
  await again?.()
})
