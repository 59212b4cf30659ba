import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mmdb } from './mmdb.fixture.ts'
import { openOriginFiles } from './originFiles.ts'

const place = { folder: '' }
beforeAll(async () => {
  place.folder = await mkdtemp(join(tmpdir(), 'waymark-geo-'))
  await writeFile(at('country.mmdb'), COUNTRIES)
  await writeFile(at('asn.mmdb'), NETWORKS)
  await writeFile(at('combined.mmdb'), COMBINED)
})
afterAll(() => rm(place.folder, { recursive: true, force: true }))
const at = (name: string) => join(place.folder, name)

const TELEKOM = { autonomous_system_number: 3320, autonomous_system_organization: 'Deutsche Telekom AG' }
const COUNTRIES = mmdb({ '203.0.113.0/24': { country: { iso_code: 'DE' } }, '198.51.100.0/24': { country: { iso_code: 'JP' } } })
const NETWORKS = mmdb(
  {
    '203.0.113.0/24': TELEKOM,
    '192.0.2.0/24': { autonomous_system_number: 64500 },
    '198.51.100.0/24': { country_code: 'FR' },
  },
  'GeoLite2-ASN',
)
const COMBINED = mmdb({
  '203.0.113.0/24': { country: 'AT', asn: 'AS1', as_name: 'One' },
  '192.0.2.0/24': { country: 'CH', asn: 'AS2', as_name: 'Two' },
  '198.51.100.0/24': { country: 'FR', asn: 'AS3', as_name: 'Three' },
})

async function found(country: string | null, networks: string | null): Promise<unknown[]> {
  const paths = { GEOIP_FILE: country && at(country), GEOIP_ASN_FILE: networks && at(networks) }
  const files = (await openOriginFiles({ paths, onTrouble: () => undefined })) ?? expect.unreachable('nothing is open')
  const origins = ['203.0.113.77', '192.0.2.5', '198.51.100.9', '10.0.0.1'].map(files.find)
  files.close()
  return origins
}

it('tells country and network of an address, each from its file, and what one of them knows where the other knows nothing', async () => {
  expect(await found('country.mmdb', 'asn.mmdb')).toEqual([
    { country: 'DE', asn: 3320, organisation: 'Deutsche Telekom AG' },
    { country: '', asn: 64500 },
    { country: 'JP' },
    null,
  ])
})

it('needs neither of the two', async () => {
  expect(await found(null, 'asn.mmdb')).toEqual([
    { country: '', asn: 3320, organisation: 'Deutsche Telekom AG' },
    { country: '', asn: 64500 },
    { country: 'FR' },
    null,
  ])
  expect(await openOriginFiles({ paths: { GEOIP_FILE: null, GEOIP_ASN_FILE: null }, onTrouble: () => undefined })).toBeNull()
})

it('never joins the number of one file with the organisation of the other', async () => {
  const [telekom, nameless, combined] = await found('combined.mmdb', 'asn.mmdb')
  expect(telekom).toEqual({ country: 'AT', asn: 3320, organisation: 'Deutsche Telekom AG' })
  expect(nameless).toEqual({ country: 'CH', asn: 64500 })
  expect(combined).toEqual({ country: 'FR', asn: 3, organisation: 'Three' })
})

it('follows a new file of either kind', async () => {
  await writeFile(at('changing.mmdb'), NETWORKS)
  const paths = { GEOIP_FILE: at('country.mmdb'), GEOIP_ASN_FILE: at('changing.mmdb') }
  const files = (await openOriginFiles({ paths, onTrouble: () => undefined })) ?? expect.unreachable('nothing is open')
  await writeFile(at('changing.mmdb'), mmdb({ '203.0.113.0/24': { autonomous_system_number: 64496 } }, 'GeoLite2-ASN'))
  expect(await files.refresh()).toBe(true)
  expect(files.find('203.0.113.1')).toEqual({ country: 'DE', asn: 64496 })
  files.close()
})

it('names the setting whose file is none', async () => {
  const paths = { GEOIP_FILE: at('country.mmdb'), GEOIP_ASN_FILE: at('none.mmdb') }
  await expect(openOriginFiles({ paths, onTrouble: () => undefined })).rejects.toThrow(/^GEOIP_ASN_FILE: .*none\.mmdb/)
})
