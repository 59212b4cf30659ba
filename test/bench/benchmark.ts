/** What a benchmark is given, and what it gives back. */
export interface Benchmark {
  readonly name: string
  /** The question it answers, in one line. */
  readonly question: string
  /** What can be asked for alone. */
  readonly parts: readonly string[]
  /** Rejects when what it measured cannot be trusted: events lost, a refusal where none may be. */
  run(edges: BenchEdges): Promise<Report>
}

export interface BenchEdges {
  /** `quick`: some seconds, to see that it works. `full`: everything. */
  readonly size: Size
  /** Parts that are wanted; none named means all. */
  readonly only: readonly string[]
  /** Everything that is drawn is drawn from it. */
  readonly seed: number
  /** An empty folder for the run. */
  readonly folder: string
  readonly progress: (what: string) => void
}

export type Size = 'quick' | 'default' | 'full'

export interface Report {
  readonly tables: readonly Table[]
  /** What was asked for, beside what came out. */
  readonly goals: readonly Goal[]
  /** What one must know to read the figures. */
  readonly notes: readonly string[]
  /** The same for programs, and more of it. */
  readonly figures: unknown
}

export interface Table {
  readonly title: string
  /** The first column is words, the others are figures. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Goal {
  readonly text: string
  readonly wanted: string
  readonly got: string
  readonly isMet: boolean
}
