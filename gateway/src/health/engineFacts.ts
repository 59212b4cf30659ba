import type { EngineState } from '../db/engine/supervise.ts'
import type { Database } from '../db/open.ts'
import type { EngineFacts } from './facts.ts'

/** `state` is null with a server of one's own: then only a ping tells. */
export function engineFacts({ form }: Pick<Database, 'form'>, state: EngineState | null): Omit<EngineFacts, 'ping'> {
  if (state === null) return { place: form.kind === 'cluster' ? 'cluster' : 'server', downReason: null, restarts: 0 }
  if (state.role === 'holder') return { place: 'embedded', downReason: state.isUp ? null : state.reason, restarts: state.restarts }
  return { place: 'guest', downReason: state.role === 'closed' ? 'the gateway is stopping' : null, restarts: 0 }
}
