import type { HTTPException } from 'hono/http-exception'
import type { RefusalCause } from '../spool/admission.ts'
import type { SpoolFull } from '../spool/spoolFull.ts'
import { refuse } from './refuse.ts'

/** What a sender is told of why nothing can be kept. */
const OVERLOADS: Readonly<Record<RefusalCause, string>> = {
  disk_full: 'the disk of the gateway is almost full',
  spool_full: 'the gateway cannot keep more at the moment',
  source_share: 'most of what the gateway keeps at the moment is of this source, and others need the rest',
  disk_slow: 'the disk of the gateway does not keep up',
  write_failed: 'the disk of the gateway did not take it',
  stopping: 'the gateway is stopping',
}

/** The refusal of what the spool cannot keep now: 429 with whole seconds of `Retry-After`. `outcome`: what became of the request. */
export function overloaded(outcome: string, { because, retryAfterSeconds }: SpoolFull): HTTPException {
  const seconds = Math.min(300, Math.max(1, Math.ceil(retryAfterSeconds)))
  return refuse(429, 'overloaded', `${outcome}, because ${OVERLOADS[because]}. Send it again in ${seconds} s.`, {
    'Retry-After': String(seconds),
  })
}
