import type { EngineState } from './db/engine/supervise.ts'

/** What keeps this process from answering readers; null when nothing does. A server of its own has no engine state, and is asked by each request. */
export function missingFor(engine: EngineState | null): string | null {
  if (engine === null || engine.role === 'guest') return null
  if (engine.role === 'closed') return 'the gateway is stopping'
  return engine.isUp ? null : `the embedded engine is being started again (${engine.reason}); events are accepted meanwhile`
}
