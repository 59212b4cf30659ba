/**
 * Whom an address stands for, as two 32-bit numbers that fit a table of numbers: an IPv4 address (`high` is 0), or the /64 of an IPv6
 * one, which is what one subscriber has: whoever changes the rest of it is still the same.
 */
export interface Network {
  readonly high: number
  readonly low: number
}

/** null for what is no address. An IPv4 address that came over an IPv6 socket is that IPv4 address. */
export function networkOf(address: string): Network | null {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
  if (!plain.includes(':')) {
    const low = ipv4(plain)
    return low === null ? null : { high: 0, low }
  }
  return ipv6(plain)
}

/**
 * Whether it is somebody's on the internet. The others are this machine, this network or a proxy in it: behind one of those stand any
 * number of people.
 */
export function isPublic({ high, low }: Network): boolean {
  // 2000::/3 is all of IPv6 that is given out.
  if (high !== 0) return high >>> 29 === 1
  const [a, b] = [low >>> 24, (low >>> 16) & 0xff]
  if (a === 0 || a === 10 || a === 127) return false
  if (a === 100) return b < 64 || b > 127
  if (a === 169) return b !== 254
  if (a === 172) return b < 16 || b > 31
  if (a === 192) return b !== 168
  return true
}

/** As text, for people: `203.0.113.7`, `2001:db8:1:2::/64`. */
export function networkText({ high, low }: Network): string {
  if (high === 0) return [24, 16, 8, 0].map(shift => (low >>> shift) & 0xff).join('.')
  const groups = [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]
  return `${groups.map(group => group.toString(16)).join(':')}::/64`
}

function ipv4(text: string): number | null {
  let value = 0
  let part = -1
  let dots = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 46) {
      if (part < 0 || ++dots > 3) return null
      value = value * 256 + part
      part = -1
    } else if (code >= 48 && code <= 57) {
      part = Math.max(part, 0) * 10 + code - 48
      if (part > 255) return null
    } else return null
  }
  return dots === 3 && part >= 0 ? value * 256 + part : null
}

function ipv6(text: string): Network | null {
  const [bare = ''] = text.split('%', 1)
  const [before = '', after, more] = bare.split('::')
  if (more !== undefined) return null
  const left = groupsOf(before)
  const right = groupsOf(after ?? '')
  if (left === null || right === null) return null
  const missing = 8 - left.length - right.length
  if (after === undefined ? missing !== 0 : missing < 1) return null
  const [a = 0, b = 0, c = 0, d = 0] = [...left, ...new Array<number>(Math.max(0, missing)).fill(0), ...right]
  return { high: a * 65_536 + b, low: c * 65_536 + d }
}

/** null where one is none. The last two groups may be written as an IPv4 address. */
function groupsOf(text: string): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  for (const group of text.split(':')) {
    const low = group.includes('.') ? ipv4(group) : null
    if (low !== null) groups.push(low >>> 16, low & 0xffff)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) groups.push(Number.parseInt(group, 16))
    else return null
  }
  return groups
}
