import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimFolder, FolderShared } from './neighbours.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'waymark-neighbours-')), 'with a name that is too long for a socket'.repeat(3))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const blind: unknown[] = []
const claim = (network: string | null, id: number) =>
  claimFolder({ dataDir, network, id: String(id), onBlind: error => void blind.push(error) })

describe.skipIf(process.platform !== 'linux')('a folder of data', () => {
  it('is shared by processes that see each other’s locks', async () => {
    const releases = [await claim('1', 11), await claim('1', 12)]
    for (const release of releases) await release()
    expect(blind).toEqual([])
  })

  it('is refused to a process of another network, in words that say what to do, until the others are gone', async () => {
    const release = await claim('1', 11)
    await expect(claim('2', 11)).rejects.toThrow(FolderShared)
    await expect(claim('2', 11)).rejects.toThrow(/another container.*DATA_DIR of its own/)
    // The refused one leaves nothing by which the first would be taken for a stranger.
    await (await claim('1', 12))()
    await release()
    await (await claim('2', 11))()
  })

  it('is free at once when its holder was killed: the file that is left holds nobody up', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { claimFolder } = await import(${JSON.stringify(new URL('neighbours.ts', import.meta.url).href)});
         await claimFolder({ dataDir: ${JSON.stringify(dataDir)}, network: '1', onBlind: () => undefined });
         console.log('held'); setInterval(() => undefined, 1000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    await expect(claim('2', 21)).rejects.toThrow(FolderShared)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await readdir(join(dataDir, 'processes'))).toHaveLength(1)
    const release = await claim('2', 21)
    expect(await readdir(join(dataDir, 'processes'))).toEqual(['2-21'])
    await release()
  })

  it('passes over what is no socket, and asks nothing where networks are not told', async () => {
    await (await claim('1', 11))()
    await writeFile(join(dataDir, 'processes', '9-9'), '')
    await (await claim('1', 11))()
    await (await claim(null, 11))()
    expect(blind).toEqual([])
  })
})
