import type { EngineState } from './db/engine/supervise.ts'

/** Whether the warehouse answers, as last seen. */
export type WarehouseState = { readonly is: 'up' } | { readonly is: 'away'; readonly reason: string }

/** What keeps this process from answering readers; null when nothing does. */
export function missingFor(warehouse: WarehouseState, engine: EngineState | null): string | null {
  if (engine?.role === 'closed') return 'the gateway is stopping'
  if (engine?.role === 'holder' && !engine.isUp) {
    return `the embedded engine is being started again (${engine.reason}); events are accepted meanwhile`
  }
  return warehouse.is === 'up' ? null : `the warehouse cannot be used: ${warehouse.reason}; events are accepted meanwhile`
}
