import { Hono } from 'hono'

export interface LivePagesDeps {
  readonly now: () => number
}

export function createLivePages(_deps: LivePagesDeps): Hono {
  return new Hono()
}
