import type { EventType } from '@waymark/schemas/event'

/** One event whose type the path names, with analytics-next's short forms. */
export const TYPED_PATHS: { readonly [path: string]: EventType } = {
  '/v1/track': 'track',
  '/v1/page': 'page',
  '/v1/screen': 'screen',
  '/v1/identify': 'identify',
  '/v1/group': 'group',
  '/v1/alias': 'alias',
  '/v1/t': 'track',
  '/v1/p': 'page',
  '/v1/s': 'screen',
  '/v1/i': 'identify',
  '/v1/g': 'group',
  '/v1/a': 'alias',
}

/** Batches: of servers, of analytics-next, and RudderStack's beacons (`text/plain`, the key in the query). */
export const BATCH_PATHS = ['/v1/batch', '/v1/b', '/beacon/v1/batch'] as const

/** One event that names its type. RudderStack's `merge` is a type that is not known here: it is kept as a rejected event, with that reason. */
export const SINGLE_PATHS = ['/v1/merge'] as const
