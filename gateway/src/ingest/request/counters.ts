/** Requests of the ingest routes since the start, by what became of them. Those without a known key or a readable body are in no other count. */
export interface IngestCounters {
  /** Answered with a reply. */
  answered: number
  /** 400 and 415. */
  unreadable: number
  /** 401. */
  unknownKey: number
  /** 403. */
  refused: number
  /** 413. */
  tooLarge: number
  /** 429: to be sent again. */
  overloaded: number
  /** Everything else, e.g. a wrong method or a failing disk. */
  failed: number
  /** Not requests but events: they came with an id that another event of their source had. The first was kept. */
  conflicts: number
}

export function createIngestCounters(): IngestCounters {
  return { answered: 0, unreadable: 0, unknownKey: 0, refused: 0, tooLarge: 0, overloaded: 0, failed: 0, conflicts: 0 }
}

const NAMES: { readonly [status: number]: Exclude<keyof IngestCounters, 'conflicts'> } = {
  200: 'answered',
  400: 'unreadable',
  401: 'unknownKey',
  403: 'refused',
  413: 'tooLarge',
  415: 'unreadable',
  429: 'overloaded',
}

export function countRequest(counters: IngestCounters, status: number): void {
  counters[NAMES[status] ?? 'failed']++
}
