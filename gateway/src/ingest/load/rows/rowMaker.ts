import { createAddressReader } from '../../enrich/address.ts'
import { createAgentReader } from '../../enrich/agent.ts'
import { createDeviceClocks, type DeviceClocks, historical } from '../../enrich/devices.ts'
import { REDACT, type Redact } from '../../enrich/redact.ts'
import { createRepeatedTexts } from '../../enrich/repeatedTexts.ts'
import { factsAt, type RowEdges, rowOf } from '../../enrich/rowOf.ts'
import { createTimeReader } from '../../enrich/time.ts'
import { isFlaw } from '../../event/validate.ts'
import type { EventBlock } from './eventBlock.ts'
import type { ReadRequest } from './readKept.ts'
import { createMoulds } from './usual/moulds.ts'

/** Adds the row of the event in that place to the block, or gives back why there is none; never throws, whatever the event is. */
export type RowMaker = (request: ReadRequest, place: number, block: EventBlock) => Error | null

/** Makes rows, and remembers clocks, browsers and addresses from one request to the next. */
export function createRowMaker(redact: Redact = REDACT, clocks: Pick<DeviceClocks, 'place'> = createDeviceClocks()): RowMaker {
  const readers = {
    readAgent: createAgentReader(),
    readAddress: createAddressReader(undefined, redact),
    redact,
    readSentAt: createTimeReader(),
    texts: { contexts: createRepeatedTexts(), pages: createRepeatedTexts() },
  }
  const placing: RowEdges = { place: clocks.place, ...readers }
  const telling: RowEdges = { place: historical, ...readers }
  const moulds = createMoulds({ ...readers, place: clocks.place })

  return ({ facts, usual, eventAt, trouble }, place, block) => {
    if (trouble !== null) return new Error(trouble)
    try {
      if (usual !== null && moulds.addTo(block, usual, facts, place)) {
        usual.made(true)
        return null
      }
      const event = eventAt(place)
      if (isFlaw(event)) return new Error(`was accepted when it came, and ${event.message} now`)
      const messageId = event.messageId ?? facts.ids?.[place]
      if (messageId === undefined) return new Error('has no message id')
      const row = rowOf(event, messageId, factsAt(facts, place), facts.isHistorical ? telling : placing)
      block.add(row)
      if (usual === null) return null
      moulds.keep(row)
      usual.made(false)
      return null
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
}
