/** The newest of what came in, within a number and within bytes. */
export interface Newest<T> {
  readonly items: readonly T[]
  add(items: readonly T[]): void
  /** How many were let go because newer ones needed the room. */
  readonly forgotten: number
}

export interface Room<T> {
  readonly most: number
  readonly mostBytes: number
  /** What an item takes, about. */
  readonly bytesOf: (item: T) => number
}

/** The last item is kept whatever it takes. */
export function createNewest<T>({ most, mostBytes, bytesOf }: Room<T>): Newest<T> {
  const items: T[] = []
  const sizes: number[] = []
  let [bytes, forgotten] = [0, 0]

  return {
    items,
    add(added) {
      for (const item of added) {
        items.push(item)
        const size = bytesOf(item)
        sizes.push(size)
        bytes += size
      }
      let gone = 0
      for (; items.length - gone > most || (bytes > mostBytes && items.length - gone > 1); gone++) bytes -= sizes[gone] ?? 0
      items.splice(0, gone)
      sizes.splice(0, gone)
      forgotten += gone
    },
    get forgotten() {
      return forgotten
    },
  }
}
