import { Hono } from 'hono'

export interface HealthPagesDeps {
  readonly now: () => number
}

export function createHealthPages(_deps: HealthPagesDeps): Hono {
  return new Hono()
}
