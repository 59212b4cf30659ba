import { LIMITS } from '@waymark/schemas/limits'
import UAParser from 'ua-parser-js'
import { botInAgent } from './bot.ts'
import { remembered } from './remembered.ts'

/** Names without versions, '' where unknown: low cardinality, and all that reports group by. */
export interface Agent {
  readonly browser: string
  readonly os: string
  /** desktop, mobile, tablet, smarttv, console, wearable, embedded. */
  readonly device: string
  /** Why it is no browser of a person, else ''. */
  readonly bot: string
}

export const NO_AGENT: Agent = { browser: '', os: '', device: '', bot: '' }

/** Reads user agents. Parsing one takes 20 to 100 µs, and a site sees few different ones: the last `capacity` are remembered. */
export function createAgentReader(capacity = 5000): (userAgent: string) => Agent {
  const known = remembered(parse, capacity)
  // Longer ones are attacks on the parser's regular expressions, not browsers.
  return userAgent => (userAgent.length > LIMITS.userAgentChars ? parse(userAgent.slice(0, LIMITS.userAgentChars)) : known(userAgent))
}

function parse(userAgent: string): Agent {
  if (userAgent === '') return NO_AGENT
  const parser = new UAParser(userAgent)
  const browser = parser.getBrowser().name ?? ''
  const os = parser.getOS().name ?? ''
  // The parser names a type for everything but computers.
  const device = parser.getDevice().type ?? (browser !== '' && os !== '' ? 'desktop' : '')
  return { browser, os, device, bot: botInAgent(userAgent) }
}
