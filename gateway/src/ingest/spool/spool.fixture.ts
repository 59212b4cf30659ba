import { randomUUID } from 'node:crypto'
import { memoryDisk } from './disk.fixture.ts'
import type { FolderLock } from './folderLock.ts'
import { decodePayload } from './framePayload.ts'
import { unpacked } from './packedPayload.ts'
import type { SealedSegment } from './sealed.ts'
import { openSpool, type Spool, type SpoolEdges } from './spool.ts'

/** Locks of processes that live only in a test. */
export function testLocks(): { lock: FolderLock; held: Set<string> } {
  const held = new Set<string>()
  const lock: FolderLock = async folder => {
    if (held.has(folder)) return null
    held.add(folder)
    return async () => void held.delete(folder)
  }
  return { lock, held }
}

/** A spool in memory that seals only when told to, and keeps no space in reserve. */
export function testSpool(edges: Partial<SpoolEdges> = {}): Promise<Spool> {
  return openSpool({
    dir: '/spool',
    instance: 'one',
    now: Date.now,
    randomUUID,
    lock: testLocks().lock,
    fs: memoryDisk(),
    ...edges,
    limits: { sealMs: 3_600_000, ballastBytes: 0, ...edges.limits },
  })
}

/** Index and message id of each event in a payload, packed or not. */
export function eventsIn(payload: Buffer): { index: number; id: string }[] {
  return unpacked(payload).flatMap(eventsOf)
}

function eventsOf(payload: Buffer): { index: number; id: string }[] {
  const { firstEvent, request } = decodePayload(payload)
  if (request === null) return []
  const { batch } = JSON.parse(request.body.toString()) as { batch: { messageId: string }[] }
  return batch.map(({ messageId }, place) => ({ index: firstEvent + place, id: messageId }))
}

/** Message ids in finished segments, in order. */
export async function idsIn(segments: readonly SealedSegment[]): Promise<string[]> {
  const contents = await Promise.all(segments.map(segment => segment.read()))
  return contents.flatMap(content => (content ?? []).flatMap(eventsIn).map(({ id }) => id))
}
