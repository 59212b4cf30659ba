import { isMarkedAsUntransferable } from 'node:worker_threads'
import { unpackedBeside } from '../../spool/packedPayload.ts'
import type { SegmentContent } from '../../spool/sealed.ts'
import type { Stretch } from './segmentRows.ts'

/** What the thread that makes rows is asked for. */
export interface RowOrder {
  /** Handed over. */
  readonly memories: readonly ArrayBuffer[]
  /** Where the frames are: in which of these, start and length of each. */
  readonly places: readonly (readonly [memory: number, start: number, length: number])[]
  /** Places in their one request of the events that are asked for. */
  readonly only: Stretch | undefined
  /** Where the block goes if it fits. */
  readonly room: SharedArrayBuffer | null
}

/** The content as it is handed over, unpacked for the most part: the memory that it lies in where that is its alone, else a copy. */
export async function orderOf(content: SegmentContent): Promise<Pick<RowOrder, 'memories' | 'places'>> {
  /** In the order in which they are first met, each once. */
  const memories = new Map<ArrayBuffer, number>()
  const places: [memory: number, start: number, length: number][] = []
  for (const packed of content) {
    for (const payload of await unpackedBeside(packed)) {
      const { buffer, byteOffset, length } = payload
      const own = isOwn(buffer) ? { buffer, byteOffset } : { buffer: new Uint8Array(payload).buffer, byteOffset: 0 }
      const memory = memories.get(own.buffer) ?? memories.size
      memories.set(own.buffer, memory)
      places.push([memory, own.byteOffset, length])
    }
  }
  // What was packed; the garbage collector would come for it much later.
  const packed = content[0]?.buffer
  if (packed !== undefined && isOwn(packed) && !memories.has(packed)) packed.transfer(0)
  return { memories: [...memories.keys()], places }
}

/** Memory of small pieces is shared among all of them, and Node marks it. */
function isOwn(memory: ArrayBufferLike): memory is ArrayBuffer {
  return memory instanceof ArrayBuffer && !isMarkedAsUntransferable(memory)
}
