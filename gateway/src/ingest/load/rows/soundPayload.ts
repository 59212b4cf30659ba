import { decodePayload } from '../../spool/framePayload.ts'
import { unpacked } from '../../spool/packedPayload.ts'

/**
 * The payloads in one, packed or not; null where it does not hold what was written, now or ever: its checksum tells only that it did not
 * change since it was summed up. Throws when there is no memory for them, which says nothing of it.
 */
export function payloadsIn(packed: Buffer): Buffer[] | null {
  try {
    const payloads = unpacked(packed)
    for (const payload of payloads) decodePayload(payload)
    return payloads
  } catch (error) {
    // A syntax error quotes what it stumbled over.
    if (!(error instanceof SyntaxError) && /alloc|memory/i.test(String(error))) throw error
    return null
  }
}
