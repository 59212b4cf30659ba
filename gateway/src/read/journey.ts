import { readIntervals } from '../model/journey/journeyQueries.ts'
import { type AccountEdges, mainJourney } from './accounts.ts'
import type { Journey } from './shapes.ts'

/** The stages an account went through on a model's journey; null for a model that is not active. */
export async function readJourney({ db, models }: AccountEdges, accountId: string, asked?: string): Promise<Journey | null> {
  const id = asked ?? mainJourney(models)
  const model = models.journeys.find(journey => journey.id === id)
  if (model === undefined) return null
  const intervals = await readIntervals(db.reader, accountId, model)
  return {
    model: model.id,
    version: model.version,
    stages: model.states.map(state => state.id),
    intervals: intervals.map(({ enteredAt, exitedAt, ...interval }) => ({
      ...interval,
      enteredAt: new Date(enteredAt).toISOString(),
      exitedAt: exitedAt === null ? null : new Date(exitedAt).toISOString(),
    })),
  }
}
