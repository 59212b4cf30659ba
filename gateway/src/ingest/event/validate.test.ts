import { EVENT_TYPES } from '@waymark/schemas/event'
import { describe, expect, it } from 'vitest'
import { isFlaw, validate } from './validate.ts'

const MINIMAL: { readonly [type: string]: { [key: string]: unknown } } = {
  track: { type: 'track', event: 'Demo Requested', userId: 'u' },
  page: { type: 'page', anonymousId: 'a' },
  screen: { type: 'screen', anonymousId: 'a' },
  identify: { type: 'identify', userId: 'u' },
  group: { type: 'group', groupId: 'acme', anonymousId: 'a' },
  alias: { type: 'alias', previousId: 'old', userId: 'new' },
}

describe('a valid event', () => {
  it.each(EVENT_TYPES)('of type %s needs no more than this', type => {
    const event = { ...MINIMAL[type] }
    expect(validate(event)).toBe(event)
  })
})

describe('what is wrong is named with code, place and words', () => {
  it.each([
    [{}, 'required', '/type', 'type is missing; it must be one of track, page, screen, identify, group, alias'],
    [{ type: 7 }, 'wrong_type', '/type', 'type must be a text'],
    [{ type: 'Track' }, 'unknown_type', '/type', 'type “Track” is not known'],
    [{ type: 'constructor' }, 'unknown_type', '/type', 'type “constructor” is not known'],
    [{ type: 'track', userId: 'u' }, 'required', '/event', 'event is missing'],
    [{ type: 'track', userId: 'u', event: '' }, 'too_short', '/event', 'event must not have fewer than 1 characters'],
    [{ type: 'track', userId: 'u', event: 5 }, 'wrong_type', '/event', 'event must be string'],
    [{ type: 'track', userId: 'u', event: 'x'.repeat(201) }, 'too_long', '/event', 'event must not have more than 200 characters'],
    [{ type: 'track', event: 'X' }, 'missing_id', '', 'neither userId nor anonymousId is given'],
    [{ type: 'page', userId: ['u'] }, 'wrong_type', '/userId', 'userId must be string'],
    [{ type: 'page', userId: 'u'.repeat(201) }, 'too_long', '/userId', '200'],
    [{ type: 'page', userId: 'u', messageId: 'm'.repeat(101) }, 'too_long', '/messageId', '100'],
    [{ type: 'page', userId: 'u', properties: 'x' }, 'wrong_type', '/properties', 'properties must be object'],
    [{ type: 'page', userId: 'u', context: { page: { url: 5 } } }, 'wrong_type', '/context/page/url', 'context.page.url must be string'],
    [{ type: 'page', userId: 'u', context: { groupId: true } }, 'wrong_type', '/context/groupId', 'context.groupId must be string'],
    [{ type: 'group', userId: 'u' }, 'required', '/groupId', 'groupId is missing'],
    [{ type: 'group', groupId: 'acme' }, 'missing_id', '', 'neither userId nor anonymousId is given'],
    [{ type: 'alias', userId: 'new' }, 'required', '/previousId', 'previousId is missing'],
    [{ type: 'alias', previousId: 'old', anonymousId: 'a' }, 'missing_id', '/userId', 'userId is missing'],
    [{ type: 'identify', userId: 'u', traits: [] }, 'wrong_type', '/traits', 'traits must be object'],
  ])('%j', (event, code, path, words) => {
    const result = validate(event)
    expect(isFlaw(result)).toBe(true)
    expect(result).toMatchObject({ code, path, message: expect.stringContaining(words) })
  })

  it('counts characters, not UTF-16 units', () => {
    expect(isFlaw(validate({ type: 'track', userId: 'u', event: '😀'.repeat(200) }))).toBe(false)
  })
})
