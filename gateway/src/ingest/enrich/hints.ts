/** What a browser or an app says of itself besides its user agent, which browsers freeze and shorten more and more. Pure. */
import { isRecord, type JsonObject } from '../event/json.ts'
import type { Agent } from './agent.ts'

/** Brands of `navigator.userAgentData` by the names that reports know from user agents; what is made to be ignored (`Not;A=Brand`) is not here. */
const BRANDS: ReadonlyMap<string, string> = new Map([
  ['Google Chrome', 'Chrome'],
  ['Microsoft Edge', 'Edge'],
  ['Microsoft Edge WebView2', 'Edge WebView2'],
  ['Opera', 'Opera'],
  ['Opera GX', 'Opera GX'],
  ['Opera Mobile', 'Opera Mobi'],
  ['Brave', 'Brave'],
  ['Vivaldi', 'Vivaldi'],
  ['Samsung Internet', 'Samsung Internet'],
  ['YaBrowser', 'Yandex'],
  ['Yandex', 'Yandex'],
  ['DuckDuckGo', 'DuckDuckGo'],
  ['Android WebView', 'Chrome WebView'],
  ['HuaweiBrowser', 'Huawei Browser'],
  ['MiuiBrowser', 'MIUI Browser'],
  ['Norton Private Browser', 'Norton'],
  ['Avast Secure Browser', 'Avast Secure Browser'],
  ['AVG Secure Browser', 'AVG Secure Browser'],
  ['Avira Secure Browser', 'Avira Secure Browser'],
  ['Whale', 'Whale'],
  ['CocCoc', 'coc_coc_browser'],
  ['Silk', 'Silk'],
  ['Oculus Browser', 'Oculus Browser'],
])

/** Platforms of `userAgentData` and of the mobile SDKs' `context.os.name`, in lower case. */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['windows', 'Windows'],
  ['macos', 'Mac OS'],
  ['mac os x', 'Mac OS'],
  ['linux', 'Linux'],
  ['android', 'Android'],
  ['chrome os', 'Chromium OS'],
  ['chromium os', 'Chromium OS'],
  ['ios', 'iOS'],
  ['ipados', 'iOS'],
  ['tvos', 'tvOS'],
  ['watchos', 'watchOS'],
  ['fuchsia', 'Fuchsia'],
])

const DEVICES: ReadonlyMap<string, string> = new Map([
  ['ios', 'mobile'],
  ['android', 'mobile'],
  ['mobile', 'mobile'],
  ['phone', 'mobile'],
  ['tablet', 'tablet'],
  ['desktop', 'desktop'],
  ['tv', 'smarttv'],
  ['smarttv', 'smarttv'],
  ['watch', 'wearable'],
])

/** What browsers say in their headers, in the shape of `navigator.userAgentData`. */
export interface ClientHints {
  readonly brands?: readonly { readonly brand: string }[]
  readonly platform?: string
  readonly mobile?: boolean
}

/** The context, with the hints of the request's headers where it has none and tells of no other browser than they do. */
export function withHeaders(context: JsonObject, userAgent: string, hints: ClientHints | undefined): JsonObject {
  if (hints === undefined || context.userAgentData !== undefined) return context
  const isOfAnother = context.userAgent !== undefined && context.userAgent !== '' && context.userAgent !== userAgent
  return isOfAnother ? context : { ...context, userAgentData: hints }
}

/** The agent with what its hints know better; the same object where they say nothing. */
export function withHints(agent: Agent, { userAgentData, os, device }: JsonObject): Agent {
  if (!isRecord(userAgentData)) return isRecord(os) || isRecord(device) ? withApp(agent, os, device) : agent
  const browser = brandOf(userAgentData.brands)
  const system = SYSTEMS.get(lower(userAgentData.platform)) ?? agent.os
  return {
    browser: browser ?? agent.browser,
    os: system,
    device: deviceOf(agent.device, system, userAgentData.mobile),
    bot: agent.bot === '' && isHeadless(userAgentData.brands) ? 'headless browser' : agent.bot,
  }
}

/** An app has no user agent, or that of a library: what its SDK says fills what is not known. */
function withApp(agent: Agent, os: unknown, device: unknown): Agent {
  const system = agent.os || (isRecord(os) ? (SYSTEMS.get(lower(os.name)) ?? '') : '')
  const kind = agent.device || (isRecord(device) ? (DEVICES.get(lower(device.type)) ?? '') : '')
  return system === agent.os && kind === agent.device ? agent : { ...agent, os: system, device: kind }
}

/** The most particular one: every brand built on Chromium names that too, and some name Chrome. */
function brandOf(brands: unknown): string | null {
  let found: string | null = null
  for (let place = 0; place < MOST_BRANDS; place++) {
    const name = BRANDS.get(nameAt(brands, place))
    if (name !== undefined && (found === null || found === 'Chrome')) found = name
  }
  return found
}

function isHeadless(brands: unknown): boolean {
  for (let place = 0; place < MOST_BRANDS; place++) if (nameAt(brands, place).includes('Headless')) return true
  return false
}

function nameAt(brands: unknown, place: number): string {
  const entry: unknown = Array.isArray(brands) ? brands[place] : undefined
  return isRecord(entry) && typeof entry.brand === 'string' ? entry.brand : ''
}

const MOST_BRANDS = 8

/** `mobile` is false for tablets and computers alike; the system tells those apart. */
function deviceOf(known: string, system: string, mobile: unknown): string {
  if (mobile === true) return known === 'tablet' || known === '' || known === 'desktop' ? 'mobile' : known
  if (mobile !== false) return known
  if (system === 'Android') return known === 'mobile' || known === 'desktop' || known === '' ? 'tablet' : known
  return known === '' ? 'desktop' : known
}

function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}
