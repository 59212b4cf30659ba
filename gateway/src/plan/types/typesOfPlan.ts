/** TypeScript for those who send by a plan: a wrong name or property does not compile. Pure. */
import type { PlannedEvent, TrackingPlan } from '@waymark/schemas/plan'
import { dialectIn, isClosed } from '../closed.ts'
import { inlined } from '../schema/inline.ts'
import { comment, quoted, typeOfSchema } from './schemaType.ts'

export const SDKS = ['browser', 'node'] as const
export type Sdk = (typeof SDKS)[number]

export function isSdk(text: string): text is Sdk {
  return SDKS.some(sdk => sdk === text)
}

/** A module that imports nothing but types of the SDK. The plan passed the lint. */
export function typesOfPlan(plan: TrackingPlan, sdk: Sdk): string {
  const names = Object.keys(plan.events)
  const traits = { identify: plan.calls?.identify, group: plan.calls?.group }
  return [
    `// Made by “waymark plan types” from the tracking plan “${plan.id}”, version ${plan.version}. Do not edit: change the plan and make it again.`,
    sdk === 'browser' ? BROWSER_IMPORT : NODE_IMPORT,
    `/** Properties of each planned event. */\nexport interface PlannedEvents {\n${names.map(name => member(plan, name)).join('\n')}\n}`,
    `export type PlannedEvent = keyof PlannedEvents`,
    `/** Traits of a person. */\nexport type PlannedTraits = ${traitsOf(plan, traits.identify)}`,
    `/** Traits of an account. */\nexport type PlannedGroupTraits = ${traitsOf(plan, traits.group)}`,
    `/** Whether nothing has to be given. */\ntype IsOptional<P> = Record<never, never> extends P ? true : false`,
    sdk === 'browser' ? browserClient(plan) : nodeClient(plan),
    '',
  ].join('\n\n')
}

const BROWSER_IMPORT = `import type { Callback, CallOptions, Waymark } from '@waymark/browser'`
const NODE_IMPORT = `import type { Callback, Client, GroupMessage, IdentifyMessage, TrackMessage } from '@waymark/node'`

function member(plan: TrackingPlan, name: string): string {
  const planned = plan.events[name] ?? {}
  return `${comment(planned, '  ')}  ${quoted(name)}: ${typeOf(plan, planned)}`
}

function traitsOf(plan: TrackingPlan, planned: PlannedEvent | undefined): string {
  return planned === undefined ? '{ [name: string]: unknown }' : typeOf(plan, planned, '')
}

function typeOf(plan: TrackingPlan, planned: PlannedEvent, indent = '  '): string {
  const schema = inlined(planned.properties ?? {}, dialectIn(plan, planned), plan.$defs)
  return typeOfSchema({ ...schema, type: 'object' }, isClosed(plan, planned), indent)
}

function allowsOthers({ unplanned }: TrackingPlan): boolean {
  return unplanned?.events !== 'violation'
}

function browserClient(plan: TrackingPlan): string {
  const others = allowsOthers(plan)
    ? `
  /** Events that the plan does not name. */
  track<E extends string>(event: E extends PlannedEvent ? never : E, properties?: { [name: string]: unknown } | null, options?: CallOptions | null, callback?: Callback): void`
    : ''
  return `/** The client, with calls as the plan says. */
export interface PlannedWaymark extends Omit<Waymark, 'track' | 'identify' | 'group'> {
  track<E extends PlannedEvent>(
    event: E,
    ...rest: IsOptional<PlannedEvents[E]> extends true
      ? [properties?: PlannedEvents[E] | null, options?: CallOptions | null, callback?: Callback]
      : [properties: PlannedEvents[E], options?: CallOptions | null, callback?: Callback]
  ): void${others}
  identify(userId: string | number | null | undefined, traits?: PlannedTraits | null, options?: CallOptions | null, callback?: Callback): void
  identify(traits: PlannedTraits, options?: CallOptions, callback?: Callback): void
  group(groupId: string | number, traits?: PlannedGroupTraits | null, options?: CallOptions | null, callback?: Callback): void
}

/** The same client, as the plan has it: nothing happens at run time. */
export function planned(waymark: Waymark): PlannedWaymark {
  return waymark as unknown as PlannedWaymark
}`
}

function nodeClient(plan: TrackingPlan): string {
  const others = allowsOthers(plan)
    ? `
  /** Events that the plan does not name. */
  track<E extends string>(message: TrackMessage & { event: E extends PlannedEvent ? never : E }, callback?: Callback): void`
    : ''
  return `/** Of each member of a union. */
type Without<M, K extends PropertyKey> = M extends unknown ? Omit<M, K> : never

/** The client, with calls as the plan says. */
export interface PlannedClient extends Omit<Client, 'track' | 'identify' | 'group'> {
  track<E extends PlannedEvent>(
    message: Without<TrackMessage, 'event' | 'properties'> & { event: E } & (IsOptional<PlannedEvents[E]> extends true
        ? { properties?: PlannedEvents[E] | undefined }
        : { properties: PlannedEvents[E] }),
    callback?: Callback,
  ): void${others}
  identify(message: Without<IdentifyMessage, 'traits'> & { traits?: PlannedTraits | undefined }, callback?: Callback): void
  group(message: Without<GroupMessage, 'traits'> & { traits?: PlannedGroupTraits | undefined }, callback?: Callback): void
}

/** The same client, as the plan has it: nothing happens at run time. */
export function planned(waymark: Client): PlannedClient {
  return waymark as unknown as PlannedClient
}`
}
