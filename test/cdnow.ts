import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Public data beside the repository; never part of it. */
export const CDNOW_SAMPLE = fileURLToPath(new URL('../../shared/data/cdnow/CDNOW_sample.txt', import.meta.url))

/** One purchase a line (master id, customer id, date, CDs, dollars) → one `Order Completed` a line, its message id from file and line. */
export function cdnowEvents(file: string): object[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => ({ fields: line.trim().split(/\s+/), number: index + 1 }))
    .filter(({ fields }) => fields.length === 5)
    .map(({ fields: [master = '', , date = '', quantity = '', dollars = ''], number }) => ({
      type: 'track',
      event: 'Order Completed',
      messageId: `CDNOW_sample.txt:${number}`,
      userId: `cdnow-${master}`,
      timestamp: `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T12:00:00.000Z`,
      properties: { order_id: `${number}`, revenue: Number(dollars), quantity: Number(quantity), currency: 'USD' },
    }))
}

export function ndjson(events: readonly object[]): string {
  return events.map(event => `${JSON.stringify(event)}\n`).join('')
}
