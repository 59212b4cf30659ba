/** Writes small databases in MaxMind's format, by its specification 2.0: a binary tree of 32-bit records, a data section, the metadata. */
import { isIPv6 } from 'node:net'

type Value = string | number | { readonly [name: string]: Value }
type Node = [Node | number | null, Node | number | null]

/** `networks`: prefixes such as `203.0.113.0/24` or `2001:db8:1::/48` with their records. */
export function mmdb(networks: { readonly [prefix: string]: Value }, type = 'Test-Country'): Buffer {
  const root: Node = [null, null]
  const data: Buffer[] = []
  let dataBytes = 0
  for (const [prefix, record] of Object.entries(networks)) {
    const [address = '', length = '0'] = prefix.split('/')
    const bits = bitsOf(address)
    const depth = Number(length) + (isIPv6(address) ? 0 : 96)
    let node = root
    for (let at = 0; at < depth - 1; at++) {
      const side = bits[at] === '1' ? 1 : 0
      const next = node[side]
      const child: Node = Array.isArray(next) ? next : [null, null]
      node[side] = child
      node = child
    }
    node[bits[depth - 1] === '1' ? 1 : 0] = dataBytes
    const bytes = encode(record)
    data.push(bytes)
    dataBytes += bytes.length
  }
  const nodes: Node[] = []
  const number = new Map<Node, number>()
  const visit = (node: Node) => {
    number.set(node, nodes.length)
    nodes.push(node)
    for (const child of node) if (Array.isArray(child)) visit(child)
  }
  visit(root)
  const tree = Buffer.alloc(nodes.length * 8)
  for (const [index, node] of nodes.entries())
    for (const side of [0, 1] as const) {
      const child = node[side]
      // No record is the number of nodes; a record lies 16 bytes behind the tree.
      const value = child === null ? nodes.length : typeof child === 'number' ? nodes.length + 16 + child : (number.get(child) ?? 0)
      tree.writeUInt32BE(value, index * 8 + side * 4)
    }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_760_000_000,
    database_type: type,
    ip_version: 6,
    node_count: nodes.length,
    record_size: 32,
  })
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata])
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([head(6, 4), bytes])
  }
  const entries = Object.entries(value)
  return Buffer.concat([head(7, entries.length), ...entries.flatMap(([name, entry]) => [encode(name), encode(entry)])])
}

function head(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29])
}

/** An IPv4 address stands in the first 96 bits' zero branch. */
function bitsOf(address: string): string {
  if (!isIPv6(address))
    return (
      '0'.repeat(96) +
      address
        .split('.')
        .map(part => Number(part).toString(2).padStart(8, '0'))
        .join('')
    )
  const [before = '', after = ''] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const middle = Array<string>(8 - groups(before).length - groups(after).length).fill('0')
  return [...groups(before), ...middle, ...groups(after)].map(group => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')
}
