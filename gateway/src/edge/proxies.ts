import { BlockList, isIP } from 'node:net'

/** Whose `X-Forwarded-*` headers are believed; anybody can send them. */
export type ProxyTrust =
  | { readonly kind: 'nobody' }
  /** Whoever connects is the one proxy in front: right where nobody else can reach the port. */
  | { readonly kind: 'nearest' }
  | { readonly kind: 'listed'; readonly has: (address: string) => boolean }

export interface ParsedProxies {
  readonly trust: ProxyTrust
  readonly problems: readonly string[]
}

const NAMED: { readonly [word: string]: readonly string[] } = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
}

/** `TRUST_PROXY`: `off`, `on`, or the proxies as addresses, networks (`10.0.0.0/8`), `loopback` or `private`, by commas. */
export function parseProxies(text: string): ParsedProxies {
  const word = text.trim().toLowerCase()
  if (['', 'off', 'false', '0'].includes(word)) return { trust: { kind: 'nobody' }, problems: [] }
  if (['on', 'true', '1'].includes(word)) return { trust: { kind: 'nearest' }, problems: [] }
  const list = new BlockList()
  const problems: string[] = []
  for (const entry of word.split(',').map(part => part.trim())) {
    for (const network of NAMED[entry] ?? [entry]) {
      if (!add(list, network))
        problems.push(
          `TRUST_PROXY, “${network}”: use off, on, or a list of addresses and networks of your proxies such as 10.0.0.0/8,loopback`,
        )
    }
  }
  return { trust: { kind: 'listed', has: address => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') }, problems }
}

function add(list: BlockList, network: string): boolean {
  const [address = '', bits, more] = network.split('/')
  const version = isIP(address)
  const most = version === 6 ? 128 : 32
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (version === 0 || more !== undefined || length < 0 || length > most) return false
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4')
  return true
}

/** Longer than any way through proxies. */
const MOST_HOPS = 16

/**
 * Who asks: the other end of the connection, unless that is a proxy that is believed. Each proxy adds to `X-Forwarded-For` on the right
 * whom it got the request from, so the list is read from there, and only as far as the hops are known: what stands further left, the
 * client may have written itself.
 */
export function clientAddress(trust: ProxyTrust, remote: string, forwardedFor: string | undefined): string {
  if (trust.kind === 'nobody' || forwardedFor === undefined) return remote
  const hops = forwardedFor.split(',').slice(-MOST_HOPS).map(addressOf)
  if (trust.kind === 'nearest') return hops.at(-1) ?? remote
  let client = remote
  while (trust.has(client)) {
    const next = hops.pop()
    if (next === undefined || next === null) break
    client = next
  }
  return client
}

/** Whether what this connection says about its client is believed at all. */
export function isBelieved(trust: ProxyTrust, remote: string): boolean {
  return trust.kind === 'nearest' || (trust.kind === 'listed' && trust.has(remote))
}

/** Some proxies write the port too. */
function addressOf(hop: string): string | null {
  const text = hop.trim()
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return isIP(bare) === 0 ? null : bare
}
