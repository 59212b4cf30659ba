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
  const { identify, group, page, screen } = plan.calls ?? {}
  return [
    `// Made by “waymark plan types” from the tracking plan “${plan.id}”, version ${plan.version}. Do not edit: change the plan and make it again.`,
    sdk === 'browser' ? BROWSER_IMPORT : nodeImport(plan),
    `/** Properties of each planned event. */\nexport interface PlannedEvents {\n${names.map(name => member(plan, name)).join('\n')}\n}`,
    `export type PlannedEvent = keyof PlannedEvents`,
    `/** Traits of a person. */\nexport type PlannedTraits = ${traitsOf(plan, identify)}`,
    `/** Traits of an account. */\nexport type PlannedGroupTraits = ${traitsOf(plan, group)}`,
    ...(page === undefined
      ? []
      : [`/** Properties of a page view${sdk === 'browser' ? BESIDES : ''}. */\nexport type PlannedPage = ${viewOf(plan, page, sdk)}`]),
    ...(screen === undefined || sdk === 'browser'
      ? []
      : [`/** Properties of a screen view. */\nexport type PlannedScreen = ${viewOf(plan, screen, sdk)}`]),
    `/** Whether nothing has to be given. */\ntype IsOptional<P> = Record<never, never> extends P ? true : false`,
    sdk === 'browser' ? browserClient(plan) : nodeClient(plan),
    '',
  ].join('\n\n')
}

const BESIDES = ', besides those that the SDK gives itself'
/** What the SDK of pages says of each view, unless the call does. */
const GIVEN = ['url', 'path', 'search', 'title', 'referrer']
const BROWSER_IMPORT = `import type { Callback, CallOptions, Waymark } from '@waymark/browser'`

function nodeImport({ calls }: TrackingPlan): string {
  const views = [...(calls?.page === undefined ? [] : ['PageMessage']), ...(calls?.screen === undefined ? [] : ['ScreenMessage'])]
  return `import type { ${['Callback', 'Client', 'GroupMessage', 'IdentifyMessage', ...views, 'TrackMessage'].join(', ')} } from '@waymark/node'`
}

function member(plan: TrackingPlan, name: string): string {
  const planned = plan.events[name] ?? {}
  return `${comment(planned, '  ')}  ${quoted(name)}: ${typeOf(plan, planned)}`
}

function traitsOf(plan: TrackingPlan, planned: PlannedEvent | undefined): string {
  return planned === undefined ? '{ [name: string]: unknown }' : typeOf(plan, planned, '')
}

function viewOf(plan: TrackingPlan, planned: PlannedEvent, sdk: Sdk): string {
  return typeOf(plan, planned, '', sdk === 'browser' ? GIVEN : [])
}

/** `given`: properties that nobody has to give. */
function typeOf(plan: TrackingPlan, planned: PlannedEvent, indent = '  ', given: readonly unknown[] = []): string {
  const schema = inlined(planned.properties ?? {}, dialectIn(plan, planned), plan.$defs)
  const asked = Array.isArray(schema.required) ? { required: schema.required.filter(name => !given.includes(name)) } : {}
  return typeOfSchema({ ...schema, ...asked, type: 'object' }, isClosed(plan, planned), indent)
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
  const isPagePlanned = plan.calls?.page !== undefined
  const rest =
    '...rest: IsOptional<PlannedPage> extends true ? [properties?: PlannedPage, ...more: More] : [properties: PlannedPage, ...more: More]'
  const page = isPagePlanned
    ? `
  page(${rest}): void
  page(name: string, ${rest}): void
  page(category: string | null | undefined, name: string, ${rest}): void
  page(name: string, callback: IsOptional<PlannedPage> extends true ? Callback : never): void`
    : ''
  return `${isPagePlanned ? 'type More = [options?: CallOptions, callback?: Callback]\n\n' : ''}/** The client, with calls as the plan says. */
export interface PlannedWaymark extends Omit<Waymark, 'track' | 'identify' | 'group'${isPagePlanned ? " | 'page'" : ''}> {
  track<E extends PlannedEvent>(
    event: E,
    ...rest: IsOptional<PlannedEvents[E]> extends true
      ? [properties?: PlannedEvents[E] | null, options?: CallOptions | null, callback?: Callback]
      : [properties: PlannedEvents[E], options?: CallOptions | null, callback?: Callback]
  ): void${others}${page}
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
  const { page, screen } = plan.calls ?? {}
  const views = [
    ['page', 'Page', page],
    ['screen', 'Screen', screen],
  ] as const
  const planned = views.filter(([, , view]) => view !== undefined)
  const calls = planned.map(
    ([call, name]) => `
  ${call}(
    message: Without<${name}Message, 'properties'> &
      (IsOptional<Planned${name}> extends true ? { properties?: Planned${name} | undefined } : { properties: Planned${name} }),
    callback?: Callback,
  ): void`,
  )
  return `/** Of each member of a union. */
type Without<M, K extends PropertyKey> = M extends unknown ? Omit<M, K> : never

/** The client, with calls as the plan says. */
export interface PlannedClient extends Omit<Client, ${['track', 'identify', 'group', ...planned.map(([call]) => call)].map(quoted).join(' | ')}> {
  track<E extends PlannedEvent>(
    message: Without<TrackMessage, 'event' | 'properties'> & { event: E } & (IsOptional<PlannedEvents[E]> extends true
        ? { properties?: PlannedEvents[E] | undefined }
        : { properties: PlannedEvents[E] }),
    callback?: Callback,
  ): void${others}${calls.join('')}
  identify(message: Without<IdentifyMessage, 'traits'> & { traits?: PlannedTraits | undefined }, callback?: Callback): void
  group(message: Without<GroupMessage, 'traits'> & { traits?: PlannedGroupTraits | undefined }, callback?: Callback): void
}

/** The same client, as the plan has it: nothing happens at run time. */
export function planned(waymark: Client): PlannedClient {
  return waymark as unknown as PlannedClient
}`
}
