/** What changes for senders between two versions of a plan. Pure. */
import type { PlannedEvent, TrackingPlan, Unplanned } from '@waymark/schemas/plan'
import { pointer } from '../../ingest/event/sanitise.ts'
import { dialectIn, isClosed, namesElsewhere, withGiven } from '../closed.ts'
import { inlined } from '../schema/inline.ts'
import type { Change } from './change.ts'
import { diffSchema, isEqual } from './diffSchema.ts'

/** Both passed the lint; null: there was none. In the order of the plan. */
export function diffPlans(old: TrackingPlan | null, next: TrackingPlan): Change[] {
  if (old === null) return [{ level: 'check', path: '', message: 'is the first version: its sources are checked from now on' }]
  return [...rules(old, next), ...modes(old, next), ...kinds(old, next)]
}

const STRICTNESS = ['observe', 'quarantine', 'block']

function rules(old: TrackingPlan, next: TrackingPlan): Change[] {
  const was: Unplanned = old.unplanned?.events ?? 'allow'
  const is: Unplanned = next.unplanned?.events ?? 'allow'
  if (was === is) return []
  const path = '/unplanned/events'
  return is === 'violation'
    ? [{ level: 'breaking', path, message: 'events that the plan does not name are violations now' }]
    : [{ level: 'compatible', path, message: 'events that the plan does not name are allowed now' }]
}

function modes(old: TrackingPlan, next: TrackingPlan): Change[] {
  return [...new Set([...Object.keys(old.sources), ...Object.keys(next.sources)])].flatMap((source): Change[] => {
    const [was, is] = [old.sources[source], next.sources[source]]
    const path = pointer(['sources', source])
    if (was === is) return []
    if (is === undefined) return [{ level: 'compatible', path, message: 'is not checked by this plan any more' }]
    if (was === undefined) return [{ level: 'check', path, message: `is checked now, in mode “${is}”` }]
    const isStricter = STRICTNESS.indexOf(is) > STRICTNESS.indexOf(was)
    return [{ level: isStricter ? 'check' : 'compatible', path, message: `violations meet “${is}” now (was “${was}”)` }]
  })
}

function kinds(old: TrackingPlan, next: TrackingPlan): Change[] {
  const events = compareKinds(old.events, next.events, 'events', old, next)
  return [...events, ...compareKinds({ ...old.calls }, { ...next.calls }, 'calls', old, next)]
}

type Kinds = { readonly [name: string]: PlannedEvent }

function compareKinds(was: Kinds, is: Kinds, member: 'events' | 'calls', old: TrackingPlan, next: TrackingPlan): Change[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name): Change[] => {
    const path = [member, name]
    const [before, after] = [Object.hasOwn(was, name) ? was[name] : undefined, Object.hasOwn(is, name) ? is[name] : undefined]
    if (after === undefined)
      return [
        {
          level: member === 'events' ? 'breaking' : 'compatible',
          path: pointer(path),
          message: `is gone from the plan${fate(next, member)}`,
        },
      ]
    if (before !== undefined) return compareKind(before, after, path, old, next)
    const isHeld = member === 'calls' || old.unplanned?.events !== 'violation'
    return [
      {
        level: isHeld ? 'check' : 'compatible',
        path: pointer(path),
        message: isHeld ? 'is new: senders who already send it are held to it' : 'is new',
      },
    ]
  })
}

function fate(next: TrackingPlan, member: 'events' | 'calls'): string {
  if (member === 'calls') return ': it is not checked any more'
  return next.unplanned?.events === 'violation'
    ? ': sending it is a violation now'
    : ': it is not checked any more, and typed senders no longer compile'
}

function compareKind(before: PlannedEvent, after: PlannedEvent, path: readonly string[], old: TrackingPlan, next: TrackingPlan): Change[] {
  const at = [...path, 'properties']
  const notes: Change[] =
    before.description === after.description
      ? []
      : [{ level: 'compatible', path: pointer([...path, 'description']), message: 'says it in other words' }]
  const [then, now] = [dialectIn(old, before), dialectIn(next, after)]
  const schemas = [
    withGiven(inlined(before.properties ?? {}, then, old.$defs), before, old),
    withGiven(inlined(after.properties ?? {}, now, next.$defs), after, next),
  ] as const
  if (then !== now && !isEqual(...schemas))
    return [
      ...notes,
      { level: 'breaking', path: pointer(at), message: `is written in ${now} now (was ${then}): the two cannot be compared` },
    ]
  const [wasClosed, closesNow] = [isClosed(old, before), isClosed(next, after)]
  // Closed by all that is named beside it: a change of one is a change of the other.
  if (
    (wasClosed || closesNow) &&
    !isEqual(...schemas) &&
    schemas.some(schema => namesElsewhere(schema)) &&
    !schemas.every(schema => 'additionalProperties' in schema)
  )
    return [
      ...notes,
      {
        level: 'breaking',
        path: pointer(at),
        message: 'changed, and with “allOf” and its like in a closed schema nobody can tell what for',
      },
    ]
  return [...notes, ...diffSchema({ old: schemas[0], next: schemas[1], wasClosed, isClosed: closesNow }, at)]
}
