import type { Event } from '@waymark/schemas/event'
import type { PropertySchema, TrackingPlan } from '@waymark/schemas/plan'

/** A plan as a team would write it. */
export const PLAN: TrackingPlan = {
  id: 'site',
  version: 1,
  sources: { web: 'quarantine', backend: 'observe' },
  unplanned: { events: 'violation', properties: 'violation' },
  events: {
    'Demo Requested': {
      description: 'Somebody asked for a demonstration.',
      properties: {
        properties: {
          plan: { enum: ['free', 'team', 'enterprise'] },
          seats: { type: 'integer', minimum: 1 },
          email: { type: 'string', format: 'email' },
        },
        required: ['plan'],
      },
    },
    'Invoice Paid': {
      properties: { properties: { amount: { type: 'number' }, lines: { type: 'array', items: { $ref: '#/$defs/Line' } } } },
    },
  },
  calls: { identify: { properties: { properties: { email: { type: 'string' } } }, unplannedProperties: 'allow' } },
  $defs: { Line: { type: 'object', properties: { sku: { type: 'string', pattern: '^[A-Z]{3}-\\d+$' } }, required: ['sku'] } },
}

export function planWith(more: Partial<TrackingPlan>): TrackingPlan {
  return { ...PLAN, ...more }
}

/** A plan of one event. */
export function planOf(properties: PropertySchema, more: Partial<TrackingPlan> = {}): TrackingPlan {
  return { id: 'one', version: 1, sources: { '*': 'quarantine' }, events: { One: { properties } }, ...more }
}

export function track(event: string, properties?: { [name: string]: unknown }): Event {
  return { type: 'track', event, userId: 'u', messageId: 'm', ...(properties === undefined ? {} : { properties }) }
}
