import { describe, expect, it } from 'vitest'
import { track } from '../receive.fixture.ts'
import { basic, ingestApp } from '../routes.fixture.ts'

describe('a user agent', () => {
  it('the user agent is the visitor’s only where a browser sends it', async () => {
    const { post, spool } = ingestApp()
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36'
    await post('/v1/track', track('m1'), { ...basic('wk_web:'), 'user-agent': chrome })
    await post('/v1/track', track('m2'), { ...basic('wk_web:'), 'user-agent': 'node' })
    await post('/v1/track', track('m3'), { ...basic('wk_srv:'), 'user-agent': chrome })
    expect(spool.frames.flatMap(({ events }) => events.map(({ is_bot }) => is_bot))).toEqual([1, 0, 0])
  })
})

describe('client hints in the headers', () => {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
  const hints = {
    'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Brave";v="140"',
    'sec-ch-ua-platform': '"Android"',
    'sec-ch-ua-mobile': '?1',
  }
  const brave = { browser: 'Brave', os: 'Android', device: 'mobile' }
  const chrome = { browser: 'Chrome', os: 'Linux', device: 'desktop' }
  const ownHints = { userAgentData: { brands: [{ brand: 'Vivaldi', version: '7' }], platform: 'Windows', mobile: false } }

  it.each([
    ['of a page', 'wk_web', agent, {}, brave],
    ['of a page whose event names the same browser', 'wk_web', agent, { userAgent: agent }, brave],
    ['of a page whose event has hints of its own', 'wk_web', agent, ownHints, { browser: 'Vivaldi', os: 'Windows', device: 'desktop' }],
    [
      'of somebody who tells of another’s browser',
      'wk_web',
      agent,
      { userAgent: `${agent} Edg/140.0.0.0` },
      { ...chrome, browser: 'Edge' },
    ],
    ['of a server', 'wk_srv', agent, { userAgent: agent }, chrome],
    ['of a library with a public key', 'wk_web', 'node', { userAgent: agent }, chrome],
  ])('%s', async (_, key, userAgent, context, expected) => {
    // Read from its bytes, and parsed: without a message id.
    for (const one of [track('m', { context }), { ...track('m', { context }), messageId: undefined }]) {
      const { post, spool } = ingestApp()
      await post('/v1/batch', { batch: [one] }, { authorization: `Basic ${btoa(`${key}:`)}`, 'user-agent': userAgent, ...hints })
      expect(spool.frames.flatMap(({ events }) => events)).toMatchObject([expected])
    }
  })
})
