import { expect } from 'vitest'

const MOST_ROUNDS = 30

/**
 * Holds that work on the longer text takes no more than `most` times as long, by the fastest of some rounds of both: the machine may be
 * busy, but not each time. Milliseconds below 2 say nothing.
 */
export function expectPace(work: (text: string) => unknown, shorter: string, longer: string, most: number): void {
  const time = (text: string) => {
    const start = performance.now()
    work(text)
    return performance.now() - start
  }
  let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < MOST_ROUNDS && (round < 3 || long >= short * most + 2); round++) {
    short = Math.min(short, time(shorter))
    long = Math.min(long, time(longer))
  }
  expect(long).toBeLessThan(short * most + 2)
}
