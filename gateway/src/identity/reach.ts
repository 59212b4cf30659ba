import { barredLinks, type Link } from './graph.ts'
import { type Identifier, keyOf } from './ids.ts'

export interface Reach {
  /** Keys of what the touched identifiers may share a profile with, or may have shared one with before. */
  readonly inner: ReadonlySet<string>
  /** Keys of devices of which the links have to be known before it can be told whether they are inner. */
  readonly doubtful: ReadonlySet<string>
}

/**
 * How far news about the touched identifiers can reach along these links. `asked` are the identifiers of which all links are given.
 * A link that is barred, and was barred before, carries no news: otherwise a shared device would drag in everyone who ever signed in
 * there, and their devices, and so on. Links of a device that is not touched are as they were. Of a touched one the former owner is its
 * strongest user who is not touched, because all that is new on it comes from touched users.
 */
export function reachOf(touched: readonly Identifier[], links: readonly Link[], asked: ReadonlySet<string>): Reach {
  const news = new Set(touched.map(keyOf))
  const barred = barredLinks(links)
  const former = new Map<string, Link>()
  // Strongest first.
  for (const link of barred.keys()) {
    const device = keyOf(link.right)
    if (news.has(device) && !news.has(keyOf(link.left)) && !former.has(device)) former.set(device, link)
  }
  const neighbours = new Map<string, { readonly key: string; readonly isDoubtful: boolean }[]>()
  const connect = (from: string, to: string, isDoubtful = false) => {
    const known = neighbours.get(from)
    if (known === undefined) neighbours.set(from, [{ key: to, isDoubtful }])
    else known.push({ key: to, isDoubtful })
  }
  for (const link of links) {
    const [left, right] = [keyOf(link.left), keyOf(link.right)]
    const isSignIn = !link.cut && link.left.type === 'user_id' && link.right.type === 'anonymous_id'
    if (isSignIn && !asked.has(right)) {
      connect(left, right, true)
      continue
    }
    if (barred.has(link) && former.get(right) !== link) continue
    connect(left, right)
    connect(right, left)
  }
  return walk(news, neighbours)
}

function walk(from: ReadonlySet<string>, neighbours: ReadonlyMap<string, readonly { key: string; isDoubtful: boolean }[]>): Reach {
  const inner = new Set(from)
  const doubtful = new Set<string>()
  // A set that grows is walked to its end.
  for (const key of inner) {
    for (const next of neighbours.get(key) ?? []) (next.isDoubtful ? doubtful : inner).add(next.key)
  }
  return { inner, doubtful }
}
