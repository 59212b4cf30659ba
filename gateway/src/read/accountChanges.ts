import { scoreIntent } from '../model/intent/intent.ts'
import { seasonOf, touchesOf } from '../model/intent/scoreAt.ts'
import type { AccountEdges } from './accounts.ts'
import { changedParts, newProfiles, type PartChange, topicShares } from './changes.ts'
import { changeText } from './changeWords.ts'
import { readHistory } from './history.ts'
import { readJourney } from './journey.ts'
import { type PersonCard, personCards } from './people.ts'
import type { Changes, JourneyInterval, ReasonChange, Role, StageMove } from './shapes.ts'
import { DAY_MS, iso } from './times.ts'

/** New people who are named; all are in the score's touches. */
const MOST_NEW_PEOPLE = 50

/**
 * What is different from `days` days before the last scored day. Both days are scored here, by all parts and not by the largest five
 * that are stored: a reason that was among "other" a week ago has not come this week.
 */
export async function readChanges(edges: AccountEdges, accountId: string, days: number): Promise<Changes> {
  const { db, models, now } = edges
  const history = await readHistory(edges, accountId, days + 1)
  const to = Math.floor((history.through === null ? now() : Date.parse(history.through)) / DAY_MS)
  const from = to - days
  const [touches, seasonThen, seasonNow, journey] = await Promise.all([
    touchesOf(db.reader, models, accountId, { from, to }),
    seasonOf(db.reader, models, from),
    seasonOf(db.reader, models, to),
    readJourney(edges, accountId),
  ])
  const then = scoreIntent(models.intent, touches, from, seasonThen)
  const today = scoreIntent(models.intent, touches, to, seasonNow)
  const since = touches.filter(touch => touch.day > from)
  const { shown, other } = changedParts(then.parts, today.parts, since)
  const fresh = newProfiles(touches, from)
  const named = fresh.filter(person => person.identified).slice(0, MOST_NEW_PEOPLE)
  const cards = await personCards(db, [...shown.map(({ part }) => part.profileId), ...named.map(person => person.profileId)])
  const roles = new Map(touches.map(touch => [touch.profileId, touch.role]))
  return {
    accountId,
    from: dayOf(from),
    to: dayOf(to),
    days,
    score: pair(then.score, today.score),
    points: pair(then.points, today.points),
    band: { before: history.days[0]?.band ?? null, now: history.days.at(-1)?.band ?? null },
    reasons: shown.map(change => reasonChange(change, cards)),
    otherPoints: other,
    moves: movesSince(journey?.intervals ?? [], (from + 1) * DAY_MS),
    newTouches: since.filter(touch => (models.intent.types[touch.type]?.weight ?? 0) !== 0).reduce((sum, touch) => sum + touch.n, 0),
    newPeople: named.map(({ profileId }) => ({
      profileId,
      person: cards.get(profileId)?.label ?? profileId,
      role: roleOf(roles.get(profileId)),
    })),
    newVisitors: fresh.filter(person => !person.identified).length,
    topics: topicShares(today.parts, touches, from),
  }

  function roleOf(factor: number | undefined): Role {
    return factor === models.intent.roles.decisionMaker ? 'decisionMaker' : 'known'
  }
}

function pair(before: number, now: number) {
  return { before, now, change: now - before }
}

function dayOf(day: number): string {
  return new Date(day * DAY_MS).toISOString()
}

function reasonChange(change: PartChange, cards: ReadonlyMap<string, PersonCard>): ReasonChange {
  const { kind, profileId, type, topic, category, lastAt } = change.part
  const person = cards.get(profileId)?.label ?? null
  return {
    text: changeText(change, person),
    kind,
    how: change.how,
    person,
    profileId: profileId === '' ? null : profileId,
    type,
    topic,
    category,
    pointsBefore: change.before,
    pointsNow: change.now,
    change: change.change,
    newCount: change.newCount,
    lastAt: iso(lastAt),
  }
}

/** Entries since a moment, oldest first, each with the place that was left. */
export function movesSince(intervals: readonly JourneyInterval[], from: number): StageMove[] {
  return intervals.flatMap((interval, index) => {
    if (Date.parse(interval.enteredAt) < from) return []
    const left = intervals[index - 1]
    return [
      {
        at: interval.enteredAt,
        fromStage: left?.stage ?? null,
        fromStatus: left?.status ?? null,
        toStage: interval.stage,
        toStatus: interval.status,
        direction: interval.direction,
        rule: interval.rule,
      },
    ]
  })
}
