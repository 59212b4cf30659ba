import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generatedKeys, keyCopy } from './files.ts'
import { SCOPES } from './parse.ts'
import { isSecretKeyForm } from './token.ts'

const shared = { dir: '' }
beforeEach(async () => {
  shared.dir = await mkdtemp(join(tmpdir(), 'waymark-keys-'))
})
afterEach(() => rm(shared.dir, { recursive: true }))

describe('generated keys', () => {
  it('are made at the first start and kept for every later one', async () => {
    const first = await generatedKeys(shared.dir)
    const second = await generatedKeys(shared.dir)
    expect(first.created).toBe(true)
    expect(second).toEqual({ ...first, created: false })
    expect(first.write.map(({ name, server }) => ({ name, server }))).toEqual([
      { name: 'web', server: false },
      { name: 'server', server: true },
    ])
    expect(first.secret.map(({ scopes }) => scopes)).toEqual([[...SCOPES]])
    expect(isSecretKeyForm(first.secret[0]?.key ?? '')).toBe(true)
  })

  it('are for the owner’s eyes only, and no half-written file stays behind', async () => {
    await generatedKeys(shared.dir)
    expect((await stat(join(shared.dir, 'keys.json'))).mode & 0o777).toBe(0o600)
    expect(await readdir(shared.dir)).toEqual(['keys.json'])
  })

  it('are not replaced when the file is damaged: pages carry the old ones', async () => {
    await writeFile(join(shared.dir, 'keys.json'), '{ "write": [')
    await expect(generatedKeys(shared.dir)).rejects.toThrow(/keys\.json is not readable JSON\. Restore it/)
    expect(await readFile(join(shared.dir, 'keys.json'), 'utf8')).toBe('{ "write": [')
  })
})

describe('the copy of created keys', () => {
  it('is empty before there was one, then the last that was written', async () => {
    const copy = keyCopy(shared.dir)
    expect(await copy.read()).toEqual([])
    const key = {
      key_id: 's_1',
      kind: 'secret',
      name: 'crm',
      hash: 'ab',
      last4: 'wxyz',
      is_server: 0,
      scopes: ['read'],
      created_at: 1,
      revoked_at: null,
      public_key: '',
      version: 1,
    } as const
    await copy.write([key])
    expect(await keyCopy(shared.dir).read()).toEqual([key])
  })
})
