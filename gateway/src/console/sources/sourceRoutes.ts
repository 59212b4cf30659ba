import { Hono } from 'hono'

export interface SourcePagesDeps {
  readonly now: () => number
}

export function createSourcePages(_deps: SourcePagesDeps): Hono {
  return new Hono()
}
