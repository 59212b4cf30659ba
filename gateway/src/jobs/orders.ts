import { execute, sqlFile, sqlTime } from '../db/query.ts'
import type { Job } from './job.ts'
import { unseenSegments } from './segments.ts'

type Bounds = { loaded_from: string; loaded_to: string; received_from: string; received_end: string }

const PROJECTIONS = [sqlFile<Bounds, never>('order_write'), sqlFile<Bounds, never>('opportunity_write')]

/** Writes orders and opportunities from the events that tell of them. */
export const ordersJob: Job = {
  name: 'orders',
  async run({ db, watermark, loaded, signal }) {
    const window = await unseenSegments(db, watermark, loaded)
    if (window === null) return { rows: 0, watermark }
    const bounds: Bounds = {
      loaded_from: sqlTime(window.loadedFrom),
      loaded_to: sqlTime(window.loadedTo),
      received_from: sqlTime(window.receivedFrom),
      received_end: sqlTime(window.receivedTo + 1),
    }
    let written = 0
    for (const projection of PROJECTIONS) written += await execute(db.client, projection, bounds, { signal })
    return { rows: written, watermark: window.next }
  },
}
