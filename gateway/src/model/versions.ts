import type { Database } from '../db/open.ts'
import { insertRows, type Params, rows, sqlFile, sqlTime } from '../db/query.ts'
import type { Models } from './models.ts'

const versionsQuery = sqlFile<Params, { id: string; version: number; body: string }>('model_versions')

/**
 * Keeps every version of a model that was ever active. A version never changes: scores and transitions name it, so what it meant must stay readable.
 * Rejects when an active model differs from what is kept under its version.
 */
export async function pinModels(db: Database, { intent, journeys }: Models, now: number): Promise<void> {
  const kept = new Map((await rows(db.client, versionsQuery, {})).map(({ id, version, body }) => [`${id}@${version}`, body]))
  const active = [intent, ...journeys].map(model => ({
    id: model.id,
    version: model.version,
    kind: model.kind,
    body: JSON.stringify(model),
  }))
  const changed = active.filter(({ id, version, body }) => (kept.get(`${id}@${version}`) ?? body) !== body)
  if (changed.length > 0) {
    const names = changed.map(({ id, version }) => `${id} version ${version}`).join(', ')
    throw new Error(
      `the content of ${names} changed since it was first active. A version never changes: give the new content a higher version.`,
    )
  }
  await insertRows(
    db.client,
    'models',
    active.filter(({ id, version }) => !kept.has(`${id}@${version}`)).map(model => ({ ...model, activated_at: sqlTime(now) })),
  )
}
