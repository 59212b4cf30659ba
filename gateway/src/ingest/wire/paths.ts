/** Batches: of servers, of analytics-next, and RudderStack's beacons (`text/plain`, the key in the query). */
export const BATCH_PATHS = ['/v1/batch', '/v1/b', '/beacon/v1/batch'] as const

/** One event that names its type. RudderStack's `merge` is a type that is not known here: it is kept as a rejected event, with that reason. */
export const SINGLE_PATHS = ['/v1/merge'] as const
