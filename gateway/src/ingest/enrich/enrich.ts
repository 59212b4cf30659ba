import type { Event } from '@waymark/schemas/event'
import type { EventRow } from '@waymark/schemas/row'
import type { Source } from '../../keys/ring.ts'
import { isRecord, type JsonObject } from '../event/json.ts'
import { pathOf, type ReadAddress } from './address.ts'
import type { Agent } from './agent.ts'
import { botReason, botSignal } from './bot.ts'
import { campaignOf } from './campaign.ts'
import { arrivalOf } from './channel.ts'
import { cleanCampaign } from './cleanCampaign.ts'
import type { EventTime } from './devices.ts'
import { type ClientHints, withHeaders, withHints } from './hints.ts'
import type { Origin } from './origin.ts'
import { REDACT, type Redact } from './redact.ts'
import type { RepeatedTexts } from './repeatedTexts.ts'

/** What the event itself does not say. */
export interface Facts {
  readonly source: Source
  readonly messageId: string
  readonly receivedAt: number
  readonly time: EventTime
  /** What the sender wrote as its time, where that is none. */
  readonly unreadableTime?: string | undefined
  /** Header of the request, '' where it says nothing about the visitor. */
  readonly userAgent: string
  /** What the same headers say besides. */
  readonly userAgentData?: ClientHints | undefined
  readonly readAgent: (userAgent: string) => Agent
  readonly readAddress: ReadAddress
  /** Where the visitor's address is registered, looked up before the address was let go. */
  readonly origin?: Origin | undefined
  /** What must not be stored of addresses, besides the columns that `readAddress` cleans. */
  readonly redact?: Redact | undefined
  /** What contexts and pages became, with the same `redact`: most come again and again. */
  readonly texts?: EventTexts | undefined
}

export interface EventTexts {
  readonly contexts: RepeatedTexts
  readonly pages: RepeatedTexts
}

/** The row as it is stored. A pure function of its arguments. */
export function enrich(
  event: Event,
  {
    source,
    messageId,
    receivedAt,
    time,
    userAgent,
    userAgentData,
    readAgent,
    readAddress,
    unreadableTime,
    origin,
    redact = REDACT,
    texts,
  }: Facts,
): EventRow {
  const context: JsonObject = event.context ?? EMPTY
  const page = pageOf(event)
  const address = readAddress(page.url)
  const said = cleanCampaign(context.campaign, redact)
  const campaign = campaignOf(said, address?.campaign)
  const more = campaign === address?.campaign ? address.campaign.more : undefined
  const referrer = readAddress(page.referrer)
  const arrival = arrivalOf(campaign, referrer, address)
  const agent = withHints(readAgent(text(context.userAgent) || userAgent), withHeaders(context, userAgent, userAgentData))
  const bot = botReason(agent.bot, context.webdriver) || botSignal(context)
  return {
    message_id: messageId,
    source_id: source.sourceId,
    trust: source.trust,
    type: event.type,
    event: event.type === 'track' ? event.event : '',
    anonymous_id: event.anonymousId ?? '',
    user_id: event.userId ?? '',
    group_id: 'groupId' in event ? text(event.groupId) : '',
    session_id: text(context.sessionId),
    client_seq: sequence(context.clientSeq),
    timestamp: time.timestamp,
    original_timestamp: time.original,
    sent_at: time.sentAt,
    received_at: receivedAt,
    clock_offset_ms: time.offset,
    url: address?.text ?? redact(page.url),
    path: pathOf(redact(page.path), address),
    referrer: referrer?.text ?? redact(page.referrer),
    title: page.title,
    channel: arrival.channel,
    medium: arrival.medium,
    campaign_name: campaign.name,
    campaign_source: campaign.source,
    campaign_medium: campaign.medium,
    campaign_term: campaign.term,
    campaign_content: campaign.content,
    campaign_id: campaign.id,
    click_id: campaign.clickId,
    browser: agent.browser,
    os: agent.os,
    device: agent.device,
    country: origin?.country ?? '',
    is_bot: bot === '' ? 0 : 1,
    bot_reason: bot,
    consent: json(context.consent),
    properties: propertiesText(event, redact, texts?.pages),
    traits: 'traits' in event ? redact(json(event.traits)) : '{}',
    context: contextText(event, context, { unreadableTime, origin, campaign: restOfCampaign(said, more), redact, texts }),
  }
}

const EMPTY: JsonObject = {}

function json(value: unknown): string {
  return value === undefined || value === null || value === EMPTY ? '{}' : JSON.stringify(value)
}

interface Page {
  readonly url: string
  readonly path: string
  readonly referrer: string
  readonly title: string
}

/** The context tells of the page; a page call without one tells the same in its properties. RudderStack writes `$direct` for no referrer. */
function pageOf(event: Event): Page {
  const inContext: JsonObject = event.context?.page ?? EMPTY
  const inProperties: JsonObject = event.type === 'page' ? (event.properties ?? EMPTY) : EMPTY
  const referrer = text(inContext.referrer) || text(inProperties.referrer)
  return {
    url: text(inContext.url) || text(inProperties.url),
    path: text(inContext.path) || text(inProperties.path),
    referrer: referrer === '$direct' ? '' : referrer,
    title: text(inContext.title) || text(inProperties.title),
  }
}

/** A page's name and category belong to its properties, as in the Segment spec; an alias keeps its previous id there. */
function propertiesOf(event: Event): JsonObject {
  const properties = 'properties' in event && isRecord(event.properties) ? event.properties : EMPTY
  switch (event.type) {
    case 'page':
    case 'screen': {
      const { name, category } = event
      if (name === undefined && category === undefined) return properties
      return { ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }), ...properties }
    }
    case 'alias':
      return { ...properties, previousId: event.previousId }
    default:
      return properties
  }
}

/** Visitors of a site see the same pages; what they do there tells one from another. */
function propertiesText(event: Event, redact: Redact, texts: RepeatedTexts | undefined): string {
  const properties = propertiesOf(event)
  if (texts === undefined || (event.type !== 'page' && event.type !== 'screen')) return redact(json(properties))
  texts.begin()
  texts.add(properties)
  return texts.known() ?? texts.keep(redact(json(properties)))
}

interface Told extends Pick<Facts, 'unreadableTime' | 'origin'> {
  /** What has no column of it. */
  readonly campaign: JsonObject | undefined
}

interface ContextFacts extends Told {
  readonly redact: Redact
  readonly texts: EventTexts | undefined
}

function contextText(event: Event, context: JsonObject, told: ContextFacts): string {
  const contexts = told.texts?.contexts
  const isUsual = told.unreadableTime === undefined && told.origin?.asn === undefined && event.type !== 'group'
  if (contexts === undefined || !isUsual) return told.redact(json(restOfContext(event, context, told)))
  contexts.begin()
  addWithout(contexts, context, TAKEN, true)
  addWithout(contexts, context.page, TAKEN_OF_PAGE)
  contexts.add(told.campaign)
  contexts.add(event.integrations)
  return contexts.known() ?? contexts.keep(told.redact(json(restOfContext(event, context, told))))
}

/** Tells what `without` would leave; of the context itself, not its parts that are told apart. */
function addWithout(texts: RepeatedTexts, value: unknown, names: ReadonlySet<string>, isContext = false): void {
  if (isRecord(value)) {
    for (const name in value) {
      if (names.has(name) || (isContext && (name === 'page' || name === 'campaign'))) continue
      texts.add(name)
      texts.add(value[name])
    }
  }
  texts.end()
}

// What became columns, and the visitor's address, which is never kept.
const TAKEN: ReadonlySet<string> = new Set(['traits', 'sessionId', 'clientSeq', 'groupId', 'consent', 'ip', 'writeKey'])
const TAKEN_OF_PAGE: ReadonlySet<string> = new Set(['url', 'path', 'referrer', 'title'])
// Not a sender's to say where they are looked up.
const TAKEN_OF_NETWORK: ReadonlySet<string> = new Set(['asn', 'organisation'])
const TAKEN_OF_CAMPAIGN: ReadonlySet<string> = new Set(['name', 'source', 'medium', 'term', 'content', 'id'])

/** The context without what became columns. `integrations` have no column and are kept here. */
function restOfContext(event: Event, context: JsonObject, { unreadableTime, origin, campaign }: Told): JsonObject {
  const rest: JsonObject = {}
  for (const name in context) if (!TAKEN.has(name) && name !== 'page' && name !== 'campaign') rest[name] = context[name]
  const page = without(context.page, TAKEN_OF_PAGE)
  if (page !== undefined) rest.page = page
  if (campaign !== undefined) rest.campaign = campaign
  // A group's column holds the account's traits, so the person's stay here.
  if (event.type === 'group' && context.traits !== undefined) rest.traits = context.traits
  if (event.integrations !== undefined) rest.integrations = event.integrations
  if (unreadableTime !== undefined) rest.unreadableTime = unreadableTime
  if (origin?.asn !== undefined) {
    // Segment's mobile SDKs tell there whether they are on wifi.
    const told = without(rest.network, TAKEN_OF_NETWORK)
    rest.network = { ...told, asn: origin.asn, ...(origin.organisation === undefined ? {} : { organisation: origin.organisation }) }
  }
  return rest
}

/** What has no column, of the event and of the address where that is where the campaign was read. */
function restOfCampaign(said: unknown, inAddress: JsonObject | undefined): JsonObject | undefined {
  const rest = without(said, TAKEN_OF_CAMPAIGN)
  return inAddress === undefined ? rest : { ...inAddress, ...rest }
}

/** undefined when nothing is left. */
function without(value: unknown, names: ReadonlySet<string>): JsonObject | undefined {
  if (!isRecord(value)) return undefined
  let rest: JsonObject | undefined
  for (const name in value) {
    if (names.has(name)) continue
    rest ??= {}
    rest[name] = value[name]
  }
  return rest
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function sequence(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff ? value : 0
}
