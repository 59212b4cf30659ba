import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { daysAgo, type ExampleAccount, insertAccounts, insertEvents, insertPeople, NOW } from './rows.fixture.ts'
import { jsonObject, readTimeline } from './timeline.ts'

const bare: Omit<ExampleAccount, 'accountId' | 'name'> = { domain: '', groupIds: [], traits: {}, score: null, place: null }

/** Of one millisecond of one account. */
const TIE = { at: daysAgo(40), anonymousId: 'tie', groupId: 'tie' }

describe('the timeline of an account', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    await insertAccounts(test.db, [
      { ...bare, accountId: 'a_1', name: 'Acme', groupIds: ['acme'] },
      { ...bare, accountId: 'a_3', name: 'Tie', groupIds: ['tie'] },
      { ...bare, accountId: 'a_2', name: 'Globex', groupIds: ['globex'] },
    ])
    await insertPeople(test.db, [
      { profileId: 'p_ana', accountId: 'a_1', userId: 'ana', anonymousIds: ['anon-1'], traits: { name: 'Ana Silva' }, since: daysAgo(400) },
      {
        profileId: 'p_bo',
        accountId: 'a_1',
        userId: 'bo',
        anonymousIds: [],
        traits: { firstName: 'Bo', lastName: 'Li' },
        since: daysAgo(50),
        until: daysAgo(20),
      },
      { profileId: 'p_guest', accountId: 'a_2', userId: 'guest', anonymousIds: [], traits: {}, since: daysAgo(50) },
    ])
    await insertEvents(test.db, [
      { messageId: 'old-visit', at: daysAgo(390), anonymousId: 'anon-1', path: '/', receivedAt: daysAgo(1) },
      { messageId: 'visit', at: daysAgo(12), anonymousId: 'anon-1', path: '/pricing', title: 'Pricing' },
      { messageId: 'demo', at: daysAgo(3), event: 'Demo Requested', userId: 'ana', anonymousId: 'anon-1' },
      { messageId: 'demo', at: daysAgo(3), event: 'Demo Requested', userId: 'ana', anonymousId: 'anon-1', receivedAt: daysAgo(2) },
      { messageId: 'for-other', at: daysAgo(2), event: 'Invite Sent', userId: 'ana', groupId: 'globex' },
      { messageId: 'of-guest', at: daysAgo(2), event: 'Signed In', userId: 'guest', groupId: 'acme' },
      { messageId: 'guest-at-home', at: daysAgo(2), event: 'Signed In', userId: 'guest' },
      { messageId: 'bo-in-time', at: daysAgo(30), event: 'Signed In', userId: 'bo' },
      { messageId: 'bo-afterwards', at: daysAgo(10), event: 'Signed In', userId: 'bo' },
      // Somebody else on the same device, who named themselves: not Ana.
      { messageId: 'stranger', at: daysAgo(11), event: 'Signed In', userId: 'stranger', anonymousId: 'anon-1' },
      { messageId: 'second', ...TIE, clientSeq: 2 },
      { messageId: 'first', ...TIE, clientSeq: 1 },
      { messageId: 'm-page', ...TIE, clientSeq: 3 },
      { messageId: 'a-group', ...TIE, clientSeq: 3 },
      { messageId: 'robot', at: daysAgo(1), anonymousId: 'anon-1', isBot: true },
    ])
  })
  afterAll(() => test.close())

  const read = (accountId: string, limit = 50, cursor?: string) => readTimeline(test.db, NOW, { accountId, limit, cursor })

  it('has the anonymous history at its original time, what names the account, and nothing that names another', async () => {
    const { data, nextCursor } = await read('a_1')
    expect(data.map(({ messageId }) => messageId)).toEqual(['robot', 'of-guest', 'demo', 'visit', 'bo-in-time', 'old-visit'])
    expect(nextCursor).toBeNull()
    expect(data.find(({ messageId }) => messageId === 'old-visit')?.at).toBe(new Date(daysAgo(390)).toISOString())
  })

  it('says which events no person made, and how that was seen', async () => {
    const { data } = await read('a_1')
    expect(data.filter(({ isBot }) => isBot).map(({ messageId, botReason }) => [messageId, botReason])).toEqual([
      ['robot', 'headless browser'],
    ])
    expect(data.find(({ messageId }) => messageId === 'visit')?.botReason).toBe('')
  })

  it('names the person behind each identifier', async () => {
    const { data } = await read('a_1')
    expect(Object.fromEntries(data.map(({ messageId, person }) => [messageId, person.label]))).toEqual({
      robot: 'Ana Silva',
      'of-guest': 'guest',
      demo: 'Ana Silva',
      visit: 'Ana Silva',
      'bo-in-time': 'Bo Li',
      'old-visit': 'Ana Silva',
    })
    expect(data[3]?.person).toEqual({ profileId: 'p_ana', identifier: { type: 'anonymous_id', value: 'anon-1' }, label: 'Ana Silva' })
  })

  it('gives the other account what names it', async () => {
    const { data } = await read('a_2')
    expect(data.map(({ messageId }) => messageId).sort()).toEqual(['for-other', 'guest-at-home'])
  })

  it('has the later of one millisecond first: by its place in the page, else in the request', async () => {
    const newestFirst = ['a-group', 'm-page', 'second', 'first']
    expect((await read('a_3')).data.map(({ messageId }) => messageId)).toEqual(newestFirst)
    const { nextCursor } = await read('a_3', 1)
    expect((await read('a_3', 3, nextCursor ?? '')).data.map(({ messageId }) => messageId)).toEqual(newestFirst.slice(1))
  })

  it('gives every event once over pages of any size', async () => {
    for (const limit of [1, 2, 4]) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await read('a_1', limit, cursor)
        seen.push(...page.data.map(({ messageId }) => messageId))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      expect(seen).toEqual(['robot', 'of-guest', 'demo', 'visit', 'bo-in-time', 'old-visit'])
    }
  })
})

it.each([
  ['{"a":{"b":1}}', { a: { b: 1 } }],
  ['', {}],
  ['[1]', {}],
  ['null', {}],
  ['{"url":"?token=redacted"b\\"c"}', {}],
])('stored text %s is read as an object, broken or not', (text, object) => {
  expect(jsonObject(text)).toEqual(object)
})
