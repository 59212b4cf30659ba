/** Where a visitor's address is registered. The address itself is cut before it is looked up, and kept nowhere. Pure. */

export interface Origin {
  /** ISO 3166-1 alpha-2, upper case; '' where the database does not tell. */
  readonly country: string
  /** Number of the autonomous system, where the database tells it. */
  readonly asn?: number
  readonly organisation?: string
}

/** What is known of an address; null for an unknown or private one, and for what is no address. */
export type FindOrigin = (address: string) => Origin | null

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
const MAPPED = /^(?:0{0,4}:){2,6}(?:ffff|FFFF):(?=\d)/

/**
 * The network that an address is in: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address, the rest zero.
 * null for what is no address. `203.0.113.77` → `203.0.113.0`; `2001:db8:1:2::5` → `2001:db8:1::`.
 */
export function truncated(address: string): string | null {
  const plain = address
    .trim()
    .replace(/^\[|\](?::\d+)?$|%.*$/g, '')
    .replace(MAPPED, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  const parts = IPV4.exec(plain)
  if (parts !== null) return parts.slice(1).every(part => Number(part) <= 255) ? `${parts[1]}.${parts[2]}.${parts[3]}.0` : null
  if (!/^[0-9a-f:]{2,39}$/i.test(plain) || !URL.canParse(`http://[${plain}]/`)) return null
  // The parser writes it in the one short form; of that, three groups stay.
  const [head = '', tail] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = Array<string>(8 - before.length - after.length).fill('0')
  const groups = (tail === undefined ? before : [...before, ...gap, ...after]).slice(0, 3)
  return `${groups.join(':')}::`
}

/** A record of a country, city or ASN database as an origin: MaxMind's own layout, and the flat one of those who publish in its format. */
export function originIn(record: unknown): Origin | null {
  const fields = asRecord(record)
  if (fields === null) return null
  const { country, registered_country, country_code, autonomous_system_number, autonomous_system_organization, asn, as_name } = fields
  const code =
    asRecord(country)?.iso_code ?? asRecord(registered_country)?.iso_code ?? country_code ?? (typeof country === 'string' ? country : '')
  const number = Number(autonomous_system_number ?? (typeof asn === 'string' ? asn.replace(/^AS/i, '') : asn))
  const organisation = autonomous_system_organization ?? as_name
  const found: Origin = {
    country: typeof code === 'string' && /^[a-z]{2}$/i.test(code) ? code.toUpperCase() : '',
    ...(Number.isInteger(number) && number > 0 ? { asn: number } : {}),
    ...(typeof organisation === 'string' && organisation !== '' ? { organisation: organisation.slice(0, 100) } : {}),
  }
  return found.country === '' && found.asn === undefined ? null : found
}

function asRecord(value: unknown): { readonly [name: string]: unknown } | null {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : null
}
