import type { Size } from '../benchmark.ts'

/** Events a request and connections. */
export interface Shape {
  readonly perRequest: number
  readonly connections: number
}

export interface Plan {
  readonly shapes: readonly Shape[]
  readonly rounds: number
  readonly forMs: number
  readonly warmMs: number
  /** How long events are followed until they can be read. */
  readonly visibleMs: number
  /** Rows that the loader and the engine alone bring into the table. */
  readonly rows: number
}

/** The shape that goals are about comes first. */
export const MAIN: Shape = { perRequest: 100, connections: 64 }

const OTHERS: readonly Shape[] = [
  { perRequest: 1, connections: 64 },
  { perRequest: 20, connections: 16 },
  { perRequest: 500, connections: 16 },
]
const GRID = [1, 20, 100, 500].flatMap(perRequest => [1, 16, 64, 256].map(connections => ({ perRequest, connections })))

export const PLANS: { readonly [size in Size]: Plan } = {
  quick: { shapes: [MAIN], rounds: 1, forMs: 400, warmMs: 100, visibleMs: 600, rows: 5000 },
  default: { shapes: [MAIN, ...OTHERS], rounds: 3, forMs: 2000, warmMs: 300, visibleMs: 10_000, rows: 200_000 },
  full: {
    shapes: [MAIN, ...GRID.filter(shape => nameOf(shape) !== nameOf(MAIN))],
    rounds: 5,
    forMs: 3000,
    warmMs: 500,
    visibleMs: 30_000,
    rows: 500_000,
  },
}

/** `100x64`. */
export function nameOf({ perRequest, connections }: Shape): string {
  return `${perRequest}x${connections}`
}
