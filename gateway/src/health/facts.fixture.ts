import type { HealthFacts } from './facts.ts'

export const NOW = Date.UTC(2026, 10, 20, 12)
const COUNTS = { received: 10, stored: 6, pending: 1, deduplicated: 1, rejected: 1, suppressed: 1 }

/** A gateway of which nothing bad can be said. */
export const HEALTHY: HealthFacts = {
  now: NOW,
  gateway: { version: '0.1.0', node: 'v24', role: 'all', pid: 7, startedAt: NOW - 3_600_000, memoryBytes: 1 },
  engine: { place: 'embedded', downReason: null, restarts: 0, ping: { isKnown: true, value: { version: '26.7', ms: 3 } } },
  spool: { bytes: 10, maxBytes: 1000, segments: 1, oldestAt: NOW - 200, damaged: 0 },
  disk: { isKnown: true, value: { freeBytes: 50, totalBytes: 100 } },
  loading: { isKnown: true, value: { lastLoadedAt: NOW - 1000, unseenSince: null } },
  counts: { isKnown: true, value: { lastDay: COUNTS, ever: COUNTS, everAt: NOW } },
  checked: { isKnown: true, value: null },
  requests: { answered: 100, unreadable: 0, unknownKey: 0, refused: 0, tooLarge: 0, overloaded: 0, failed: 0, conflicts: 0 },
  jobs: {
    isKnown: true,
    value: [
      { job: 'scores', state: 'ok', lastGood: { startedAt: NOW - 60_000, durationMs: 40, rows: 3 }, error: '', since: null, failures: 0 },
    ],
  },
  models: { isKnown: true, value: [{ id: 'intent', version: 1, kind: 'intent', activeSince: NOW - 1 }] },
  tables: { isKnown: true, value: [{ table: 'events', rows: 10, bytes: 1000, parts: 2, mostParts: 2 }] },
}
