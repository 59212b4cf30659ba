import type { Event } from '@waymark/schemas/event'
import type { EventRow } from '@waymark/schemas/row'
import type { Source } from '../../keys/ring.ts'
import { isRecord, type JsonObject } from '../event/json.ts'
import { parseAddress, pathOf } from './address.ts'
import type { Agent } from './agent.ts'
import { botReason } from './bot.ts'
import { campaignOf } from './campaign.ts'
import { arrivalOf } from './channel.ts'
import type { EventTime } from './devices.ts'

/** What the event itself does not say. */
export interface Facts {
  readonly source: Source
  readonly messageId: string
  readonly receivedAt: number
  readonly time: EventTime
  /** What the sender wrote as its time, where that is none. */
  readonly unreadableTime?: string
  /** Header of the request, '' where it says nothing about the visitor. */
  readonly userAgent: string
  readonly readAgent: (userAgent: string) => Agent
}

/** The row as it is stored. A pure function of its arguments. */
export function enrich(event: Event, { source, messageId, receivedAt, time, userAgent, readAgent, unreadableTime }: Facts): EventRow {
  const context: JsonObject = event.context ?? {}
  const page = pageOf(event)
  const url = parseAddress(page.url)
  const campaign = campaignOf(context.campaign, url)
  const arrival = arrivalOf(campaign, parseAddress(page.referrer), url)
  const agent = readAgent(text(context.userAgent) || userAgent)
  const bot = botReason(agent.bot, context.webdriver)
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
    url: page.url,
    path: pathOf(page.path, url),
    referrer: page.referrer,
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
    country: '',
    is_bot: bot === '' ? 0 : 1,
    bot_reason: bot,
    consent: JSON.stringify(context.consent ?? {}),
    properties: JSON.stringify(propertiesOf(event)),
    traits: JSON.stringify('traits' in event ? (event.traits ?? {}) : {}),
    context: JSON.stringify({ ...restOfContext(event, context), ...(unreadableTime === undefined ? {} : { unreadableTime }) }),
  }
}

interface Page {
  readonly url: string
  readonly path: string
  readonly referrer: string
  readonly title: string
}

/** The context tells of the page; a page call without one tells the same in its properties. RudderStack writes `$direct` for no referrer. */
function pageOf(event: Event): Page {
  const inContext: JsonObject = event.context?.page ?? {}
  const inProperties: JsonObject = event.type === 'page' ? (event.properties ?? {}) : {}
  const field = (name: string) => text(inContext[name]) || text(inProperties[name])
  const referrer = field('referrer')
  return { url: field('url'), path: field('path'), referrer: referrer === '$direct' ? '' : referrer, title: field('title') }
}

/** A page's name and category belong to its properties, as in the Segment spec; an alias keeps its previous id there. */
function propertiesOf(event: Event): JsonObject {
  const properties = 'properties' in event && isRecord(event.properties) ? event.properties : {}
  switch (event.type) {
    case 'page':
    case 'screen': {
      const { name, category } = event
      return { ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }), ...properties }
    }
    case 'alias':
      return { ...properties, previousId: event.previousId }
    default:
      return properties
  }
}

/** The context without what became columns, and never with the visitor's address (`ip`). `integrations` have no column and are kept here. */
function restOfContext(event: Event, context: JsonObject): JsonObject {
  const { page, campaign, traits, sessionId, clientSeq, groupId, consent, ip, writeKey, ...rest } = context
  const restOfPage = without(page, ['url', 'path', 'referrer', 'title'])
  const restOfCampaign = without(campaign, ['name', 'source', 'medium', 'term', 'content', 'id'])
  return {
    ...rest,
    ...(restOfPage === undefined ? {} : { page: restOfPage }),
    ...(restOfCampaign === undefined ? {} : { campaign: restOfCampaign }),
    // A group's column holds the account's traits, so the person's stay here.
    ...(event.type === 'group' && traits !== undefined ? { traits } : {}),
    ...(event.integrations === undefined ? {} : { integrations: event.integrations }),
  }
}

/** undefined when nothing is left. */
function without(value: unknown, names: readonly string[]): JsonObject | undefined {
  if (!isRecord(value)) return undefined
  const rest = Object.entries(value).filter(([name]) => !names.includes(name))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function sequence(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff ? value : 0
}
