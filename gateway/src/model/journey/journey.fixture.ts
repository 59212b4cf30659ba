import type { IntentModel, JourneyModel } from '@waymark/schemas/model'
import intentJson from '@waymark/schemas/models/intent.json' with { type: 'json' }
import journey5Json from '@waymark/schemas/models/journey5.json' with { type: 'json' }
import { categoryPoints } from '../intent/intent.ts'
import type { AccountTouch } from './features.ts'
import { DAY_MS } from './position.ts'
import { type Replay, replay } from './replay.ts'
import { intervalsOf, transitionsOf } from './transitions.ts'

/** Words for tests: an account's touches in test time, and the journey they make. */
export const INTENT = intentJson as IntentModel
export const JOURNEY5 = journey5Json as JourneyModel

/** `2026-03-01` or `2026-03-01 09:05:00.000`, UTC. */
export function ms(time: string): number {
  return Date.parse(time.length === 10 ? `${time}T00:00:00Z` : `${time.replace(' ', 'T')}Z`)
}

export function dayOf(time: string): number {
  return Math.floor(ms(time) / DAY_MS)
}

/** One touch of `ana`, known, unless said otherwise. */
export function at(time: string, type: string, more: Partial<AccountTouch> = {}): AccountTouch {
  const first = ms(time)
  return {
    profileId: 'ana',
    q: 1,
    identified: true,
    role: 1,
    type,
    topic: '',
    day: Math.floor(first / DAY_MS),
    n: 1,
    firstAt: first,
    lastAt: first,
    messageId: `${type} ${time}`,
    ...more,
  }
}

export function journeyOf(touches: readonly AccountTouch[], through: string, model: JourneyModel = JOURNEY5): Replay {
  return replay({
    touches,
    model,
    intent: INTENT,
    categoryPoints: (visible, day) => categoryPoints(INTENT, visible, day),
    throughDay: dayOf(through),
  })
}

/** `stage/status @time` of every interval in force; `?` marks what is provisional. */
export function told(journey: Replay): string[] {
  const line = (mark: string) => (interval: { stage: string; status: string; enteredAt: number }) =>
    `${mark}${interval.stage}/${interval.status} @${new Date(interval.enteredAt).toISOString().slice(0, 23).replace('T', ' ').replace(' 00:00:00.000', '')}`
  const intervals = (moves: Replay['moves']) => intervalsOf(transitionsOf('a', JOURNEY5, moves))
  return [...intervals(journey.moves).map(line('')), ...intervals(journey.provisional).map(line('?'))]
}
