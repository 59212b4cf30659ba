/** Connected components of a graph whose nodes are texts: what belongs together when no rule forbids it. */
export function components(nodes: Iterable<string>, edges: Iterable<readonly [string, string]>): string[][] {
  const forest = createForest()
  for (const node of nodes) forest.indexOf(node)
  for (const [left, right] of edges) forest.join(forest.indexOf(left), forest.indexOf(right))
  return forest.groups()
}

export interface Forest {
  /** Number of a node; a new node starts alone. */
  indexOf(node: string): number
  /** Number that stands for the node's whole group. */
  root(index: number): number
  /** Root of the joined group. */
  join(a: number, b: number): number
  groups(): string[][]
}

/** Union-find by size with path halving. */
export function createForest(): Forest {
  const indexes = new Map<string, number>()
  const parents: number[] = []
  const sizes: number[] = []

  const parent = (index: number): number => parents[index] ?? index
  const size = (index: number): number => sizes[index] ?? 1

  function indexOf(node: string): number {
    const known = indexes.get(node)
    if (known !== undefined) return known
    const index = parents.length
    indexes.set(node, index)
    parents.push(index)
    sizes.push(1)
    return index
  }

  function root(index: number): number {
    let at = index
    while (parent(at) !== at) {
      const next = parent(parent(at))
      parents[at] = next
      at = next
    }
    return at
  }

  function join(a: number, b: number): number {
    const left = root(a)
    const right = root(b)
    if (left === right) return left
    const [big, small] = size(left) >= size(right) ? [left, right] : [right, left]
    parents[small] = big
    sizes[big] = size(big) + size(small)
    return big
  }

  function groups(): string[][] {
    const found = new Map<number, string[]>()
    for (const [node, index] of indexes) {
      const at = root(index)
      const group = found.get(at)
      if (group === undefined) found.set(at, [node])
      else group.push(node)
    }
    return [...found.values()]
  }

  return { indexOf, root, join, groups }
}
