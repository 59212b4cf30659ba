import type { RefusalCause } from './admission.ts'

/** Nothing can be stored now; nothing of the request was kept, so the sender may try again. Answered with 429. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
  readonly retryAfterSeconds: number
  readonly because: RefusalCause

  constructor(message: string, retryAfterSeconds: number, options: ErrorOptions & { because?: RefusalCause } = {}) {
    super(message, options)
    this.retryAfterSeconds = retryAfterSeconds
    this.because = options.because ?? 'spool_full'
  }
}
