import { createDeviceClocks } from '../../../enrich/devices.ts'
import { createRedaction, type Redact } from '../../../enrich/redact.ts'
import type { KeptRequest } from '../../../spool/frame.ts'
import { createEventBlock } from '../eventBlock.ts'
import { readBlock } from '../readBlock.ts'
import { readKept } from '../readKept.ts'
import { createRowMaker } from '../rowMaker.ts'
import { createUsualReader, type UsualReader } from './usualReader.ts'

export const LIFE = 'life'

export interface Made {
  readonly rows: unknown[][]
  /** By place of the event, '' where there is a row of it. */
  readonly troubles: readonly string[]
}

/** What makes rows, and tells how many were moulded. */
function maker(readUsual: UsualReader, redact: Redact) {
  const clocks = createDeviceClocks()
  const make = createRowMaker(redact, clocks)
  const block = createEventBlock()
  let [moulded, told] = [0, 0]
  const counting: UsualReader = request => {
    const usual = readUsual(request)
    if (usual === null) return null
    // The reader is not told, or it would rest.
    const made = (isMoulded: boolean) => {
      told++
      if (isMoulded) moulded++
    }
    return { ...usual, made }
  }
  return {
    moulded: () => moulded,
    /** Events of which it was told whether they were moulded. */
    told: () => told,
    clocks: () => [...clocks.all()],
    make(request: KeptRequest): Made {
      block.clear()
      const read = readKept(request, LIFE, counting)
      const troubles = Array.from({ length: request.events }, (_, place) => make(read, place, block)?.message ?? '')
      const rows = troubles.filter(trouble => trouble === '').length
      return { rows: readBlock(block.take(), rows), troubles }
    },
  }
}

/** A maker with moulds and one without. */
export function makers(redact: Redact = createRedaction(['voucher'])) {
  return { moulding: maker(createUsualReader(), redact), whole: maker(() => null, redact) }
}
