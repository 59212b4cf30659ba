import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mmdb } from './mmdb.fixture.ts'
import { openOriginFile } from './originFile.ts'

const place = { folder: '' }
beforeAll(async () => {
  place.folder = await mkdtemp(join(tmpdir(), 'waymark-geo-'))
})
afterAll(() => rm(place.folder, { recursive: true, force: true }))

async function opened(name: string, bytes: Buffer) {
  const path = join(place.folder, name)
  await writeFile(path, bytes)
  const troubles: unknown[] = []
  const file = await openOriginFile({ path, onTrouble: error => troubles.push(error) })
  const replace = async (next: Buffer) => {
    await writeFile(`${path}.new`, next)
    await rename(`${path}.new`, path)
  }
  return { path, file, troubles, replace }
}

const GERMAN = { '203.0.113.0/24': { country: { iso_code: 'DE' } }, '2001:db8:1::/48': { country: { iso_code: 'JP' } } }

it('tells the country of an address in either family, and nothing of the others', async () => {
  const { file } = await opened('country.mmdb', mmdb(GERMAN))
  expect(file.find('203.0.113.77')).toEqual({ country: 'DE' })
  expect(file.find('::ffff:203.0.113.1')).toEqual({ country: 'DE' })
  expect(file.find('2001:db8:1:ffff::5')).toEqual({ country: 'JP' })
  for (const other of ['203.0.114.1', '10.0.0.1', '::1', 'nonsense', '']) expect(file.find(other)).toBeNull()
  file.close()
})

it('tells the network where that is what the database holds', async () => {
  const record = { autonomous_system_number: 3320, autonomous_system_organization: 'Deutsche Telekom AG' }
  const { file } = await opened('asn.mmdb', mmdb({ '203.0.113.0/24': record }, 'GeoLite2-ASN'))
  expect(file.find('203.0.113.9')).toEqual({ country: '', asn: 3320, organisation: 'Deutsche Telekom AG' })
  file.close()
})

it('looks up the network, not the address: a record for one address alone is never told', async () => {
  const { file } = await opened('single.mmdb', mmdb({ '203.0.113.77/32': { country: { iso_code: 'DE' } } }))
  expect(file.find('203.0.113.77')).toBeNull()
  file.close()
})

it('reads a new file, and keeps the last good one while the new one is none', async () => {
  const { file, troubles, replace } = await opened('replaced.mmdb', mmdb(GERMAN))
  expect(await file.refresh()).toBe(false)
  await replace(Buffer.from('half a download'))
  expect(await file.refresh()).toBe(false)
  expect(await file.refresh()).toBe(false)
  expect(troubles).toHaveLength(1)
  expect(file.find('203.0.113.77')).toEqual({ country: 'DE' })
  await replace(mmdb({ '203.0.113.0/24': { country: { iso_code: 'AT' } } }))
  expect(await file.refresh()).toBe(true)
  expect(file.find('203.0.113.77')).toEqual({ country: 'AT' })
  file.close()
})

it('refuses to open what is no database, and says what would be one', async () => {
  await expect(opened('text.mmdb', Buffer.from('GEOIP'))).rejects.toThrow(/text\.mmdb is no database in MaxMind's format/)
  await expect(openOriginFile({ path: join(place.folder, 'none.mmdb'), onTrouble: () => undefined })).rejects.toThrow(/ENOENT/)
})
