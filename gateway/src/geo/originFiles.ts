import type { Origin } from '../ingest/enrich/origin.ts'
import { type OriginFile, openOriginFile } from './originFile.ts'

/** What the databases of the settings tell of an address, together. */
export type Origins = Pick<OriginFile, 'find' | 'refresh' | 'close'>

export interface OriginFilesEdges {
  /** By setting; null where that is not set. */
  readonly paths: { readonly GEOIP_FILE: string | null; readonly GEOIP_ASN_FILE: string | null }
  /** Told once of a file that cannot be read anew. */
  readonly onTrouble: (setting: string, error: unknown) => void
}

/** Opens what is set; null where nothing is. Rejects with the setting's name when its file is no database. */
export async function openOriginFiles({ paths, onTrouble }: OriginFilesEdges): Promise<Origins | null> {
  async function open(setting: keyof typeof paths): Promise<OriginFile | null> {
    const path = paths[setting]
    if (path === null) return null
    return openOriginFile({ path, onTrouble: error => onTrouble(setting, error) }).catch(cause => {
      throw new Error(`${setting}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    })
  }

  const countries = await open('GEOIP_FILE')
  const networks = await open('GEOIP_ASN_FILE').catch(error => {
    countries?.close()
    throw error
  })
  if (countries === null || networks === null) return countries ?? networks
  return {
    find: address => joined(countries.find(address), networks.find(address)),
    refresh: async () => (await Promise.all([countries.refresh(), networks.refresh()])).includes(true),
    close() {
      countries.close()
      networks.close()
    },
  }
}

/** Number and organisation belong together: they come from one file, that of networks where it knows them. */
function joined(country: Origin | null, network: Origin | null): Origin | null {
  if (country === null || network === null) return country ?? network
  const { country: _, ...told } = network.asn === undefined ? country : network
  return { country: country.country || network.country, ...told }
}
