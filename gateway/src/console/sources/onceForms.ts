export interface OnceForms {
  /** A word for a hidden field of a form that is to be sent once. */
  issue(): string
  /** Whether the word was issued and not used yet; it is used now. */
  take(word: string): boolean
}

const MOST_OPEN = 200

/** So that a reload of the answer makes no second key. Forgets the oldest form when very many are open. */
export function createOnceForms(random: () => string): OnceForms {
  const open = new Set<string>()
  return {
    issue() {
      const [oldest] = open
      if (open.size >= MOST_OPEN && oldest !== undefined) open.delete(oldest)
      const word = random()
      open.add(word)
      return word
    },
    take: word => open.delete(word),
  }
}
