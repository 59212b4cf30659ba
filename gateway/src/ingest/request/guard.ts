import type { Context } from 'hono'
import type { Source } from '../../keys/ring.ts'

/** What stands before the ingest routes: who may send how much, and what a page is given back besides the answer. */
export interface EdgeGuard {
  /** Before any key is looked at. Throws the refusal of an address that tried too many wrong ones, whatever it brings now. */
  knocking(c: Context): void
  /** Before anything of the body is read, unless by the key of a server. Throws the refusal of an address that sent too much. */
  arriving(c: Context): void
  /** The body is read and its source known. Throws the refusal of a source that sent too much. */
  taking(c: Context, source: Source, events: number): void
  /** The request was answered with an error: reading it has cost more than it brought. */
  refused(c: Context): void
  /** `Set-Cookie` of the answer; null for none. */
  cookie(c: Context): string | null
}
