import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from './open.ts'
import { insertRows, type Query, row, rows, sqlFile, sqlTime } from './query.ts'

/** A turn at work that one process does at a time, whichever of those that share the warehouse. */
export interface SharedTurn {
  /** Right before each part of the work that must not be done twice. Rejects with TurnTaken when this process stood still for so long that another may have begun. */
  renew(): Promise<void>
  end(): Promise<void>
}

/** Another process is at it; the same may be asked again a little later. */
export class TurnTaken extends Error {
  override readonly name = 'TurnTaken'
}

export interface SharedTurnEdges {
  readonly db: Pick<Database, 'client'>
  /** Of the work. */
  readonly name: string
  /** Milliseconds, for how long something takes: the clocks of two machines may tell different times. */
  readonly now: () => number
  readonly randomUUID: () => string
  readonly pause?: (ms: number) => Promise<unknown>
  /** Epoch milliseconds, the same for all who share the warehouse; by default the engine's. */
  readonly sharedNow?: () => Promise<number>
}

interface Rival {
  readonly turn_id: string
  readonly state: string
  /** Epoch milliseconds. */
  readonly at: number
}

export const rivalsQuery = sqlFile<{ name: string; turn_id: string; since: string }, Rival>('shared_turn_rivals')

/** In no file of gateway/sql: what is there takes its time as a parameter. */
export const timeQuery: Query<Record<string, never>, { at: number }> = {
  name: 'engine_time',
  sql: 'SELECT toUnixTimestamp64Milli(now64(3)) AS at',
}

/** Who was not seen for so long is dead. */
const DEAD_MS = 30_000
/** How often who works lets itself be seen. */
const SEEN_MS = 5_000
const LOOK_MS = 50
const AGAIN_MS = 200
/** How long a turn is waited for. */
const PATIENCE_MS = 10_000

/**
 * Waits for a turn. Rejects with TurnTaken when none can be had for ten seconds. Each says that it asks before it looks who else does, gives
 * way to whoever asked earlier, and waits until whoever asked later has given way or, having looked too early, has begun.
 */
export async function takeSharedTurn({
  db,
  name,
  now,
  randomUUID,
  pause = wait,
  sharedNow = async () => (await row(db.client, timeQuery, {})).at,
}: SharedTurnEdges): Promise<SharedTurn> {
  const until = now() + PATIENCE_MS

  /** null when it must give way. */
  async function ask(): Promise<SharedTurn | null> {
    const turn_id = randomUUID()
    let [asked, seenAt, step] = [0, 0, 0]
    const say = async (state: 'asked' | 'running' | 'over') => {
      // From before the time is told: others must not think it dead while it believes that it is seen.
      const moment = now()
      const seen = await sharedNow()
      if (step === 0) asked = seen
      const said = { name, turn_id, state, asked_at: sqlTime(asked), seen_at: sqlTime(seen), step: step++ }
      await insertRows(db.client, 'shared_turns', [said])
      seenAt = moment
    }
    const isEarlier = (one: Rival) => (one.at === asked ? one.turn_id < turn_id : one.at < asked)

    await say('asked')
    const askedAt = seenAt
    for (;;) {
      const since = sqlTime((await sharedNow()) - DEAD_MS)
      const rivals = await rows(db.client, rivalsQuery, { name, turn_id, since })
      if (rivals.length === 0) break
      if (rivals.some(one => one.state === 'running' || isEarlier(one)) || now() >= until) {
        await say('over')
        return null
      }
      await pause(LOOK_MS)
    }
    await say('running')
    // Whoever looked while it stood still may have taken it for dead, and have begun.
    if (now() - askedAt >= DEAD_MS / 2) {
      await say('over')
      return null
    }
    return {
      async renew() {
        const notSeenFor = () => now() - seenAt
        if (notSeenFor() >= SEEN_MS && notSeenFor() < DEAD_MS / 2) await say('running')
        // Also when it stood still while it said so.
        if (notSeenFor() >= DEAD_MS / 2) throw new TurnTaken('this process stood still, and another may have gone on in its place')
      },
      end: () => say('over'),
    }
  }

  for (;;) {
    const turn = await ask()
    if (turn !== null) return turn
    if (now() >= until) throw new TurnTaken(`another process is at it for ${PATIENCE_MS / 1000} s`)
    await pause(AGAIN_MS)
  }
}
