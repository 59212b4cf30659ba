import type { Event } from '@waymark/schemas/event'
import { describe, expect, it } from 'vitest'
import { createAddressReader } from './address.ts'
import { createAgentReader } from './agent.ts'
import { enrich, type Facts } from './enrich.ts'

const FACTS: Facts = {
  source: { sourceId: 'web', trust: 'browser' },
  messageId: 'm',
  receivedAt: 0,
  time: { timestamp: 0, original: 0, sentAt: 0, offset: 0 },
  userAgent: '',
  readAgent: createAgentReader(),
  readAddress: createAddressReader(),
}

const SECRETS = {
  type: 'page',
  anonymousId: 'a',
  properties: {
    url: 'https://www.acme.com/reset?reset_token=S3CRET&utm_source=mail',
    referrer: 'https://ana:S3CRET@id.acme.com/?code=S3CRET&state=S3CRET',
    search: '?reset_token=S3CRET',
    link: { href: 'https://files.acme.com/x?X-Amz-Signature=S3CRET#access_token=S3CRET' },
  },
  context: {
    page: {
      url: 'https://www.acme.com/reset?reset_token=S3CRET&utm_source=mail',
      search: '?reset_token=S3CRET',
      path: '/u/S3CRET@acme.com',
    },
    previous: ['https://www.acme.com/login?password=S3CRET'],
  },
} as const satisfies Event

describe('what is kept of an event', () => {
  it('holds no secret of any address in it', () => {
    const row = enrich(SECRETS, FACTS)
    expect(JSON.stringify(row)).not.toContain('S3CRET')
    expect(row).toMatchObject({
      url: 'https://www.acme.com/reset?reset_token=redacted&utm_source=mail',
      path: '/u/redacted',
      referrer: 'https://id.acme.com/?code=redacted&state=redacted',
      campaign_source: 'mail',
    })
  })

  it('holds none either where the address is none of the web', () => {
    const row = enrich(
      { type: 'page', anonymousId: 'a', context: { page: { url: 'app://x/?token=S3CRET', referrer: '/in?pwd=S3CRET' } } },
      FACTS,
    )
    expect(row).toMatchObject({ url: 'app://x/?token=redacted', referrer: '/in?pwd=redacted' })
  })

  it('tells what the list of the operator lets through, and nothing that it does not', () => {
    expect(enrich(SECRETS, { ...FACTS, redact: text => text }).properties).toContain('S3CRET')
  })

  it('tells country and network, and not the address they were looked up by', () => {
    const event = { type: 'track', event: 'X', anonymousId: 'a', context: { ip: '203.0.113.77' } } as const satisfies Event
    const row = enrich(event, { ...FACTS, origin: { country: 'DE', asn: 3320, organisation: 'DTAG' } })
    expect(row.country).toBe('DE')
    expect(JSON.parse(row.context)).toEqual({ network: { asn: 3320, organisation: 'DTAG' } })
    expect(enrich(event, FACTS)).toMatchObject({ country: '', context: '{}' })
  })

  it('tells of a network beside what a phone tells of it', () => {
    const told = {
      type: 'track',
      event: 'X',
      anonymousId: 'a',
      context: { network: { wifi: true, asn: 1, organisation: 'Somebody' } },
    } as const satisfies Event
    const row = enrich(told, { ...FACTS, origin: { country: '', asn: 64500 } })
    expect(JSON.parse(row.context)).toEqual({ network: { wifi: true, asn: 64500 } })
  })

  it('tells of a bot by the machine where its browser does not', () => {
    const context = { screen: { width: 0, height: 0 } }
    expect(enrich({ type: 'page', anonymousId: 'a', context }, FACTS)).toMatchObject({ is_bot: 1, bot_reason: 'no screen' })
    expect(enrich({ type: 'page', anonymousId: 'a', context: { ...context, webdriver: true } }, FACTS).bot_reason).toBe('webdriver')
  })
})
