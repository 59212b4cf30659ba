import { expect, it } from 'vitest'
import { type Fields, HOSTILE, NOW, sourcesWorld } from './sources.fixture.ts'

const world = sourcesWorld()

it('sets what a source may do, says what is wrong with it, and shows whom it turned away', async () => {
  const set = (fields: Fields) => world().console.post('/console/sources/settings', [['source', 'shop'], ...fields])
  const wrong = await set([['origins', 'acme.com']])
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('“acme.com” is no origin')])
  expect((await set([['rate', '1.5']])).status).toBe(400)
  const unnamed = await set([['neverStored', 'ssn ---']])
  expect([unnamed.status, await unnamed.text()]).toEqual([400, expect.stringMatching(/“---” is no name[\s\S]*ssn\n---<\/textarea>/)])
  expect((await set([['neverStored', Array.from({ length: 51 }, (_, n) => `a${n}`).join(' ')]])).status).toBe(400)
  const right = await set([
    ['origins', 'https://www.acme.com/\r\nhttps://*.shop.acme.com'],
    ['rate', '250'],
    ['firstParty', 'on'],
    ['neverStored', 'ssn\r\nbirth_day'],
  ])
  expect([right.status, right.headers.get('location')]).toEqual([303, '/console/sources?said=set'])
  const expected = {
    origins: ['https://www.acme.com', 'https://*.shop.acme.com'],
    events_per_second: 250,
    first_party_id: 1,
    never_stored: ['ssn', 'birth_day'],
  }
  expect(world().settings.of('shop')).toMatchObject(expected)
  world().refusals.byOrigin('shop', HOSTILE, NOW - 60_000)
  world().refusals.bySource('shop')
  const form = await (await world().console.get('/console/sources/settings?source=shop')).text()
  expect(form).toContain('https://www.acme.com\nhttps://*.shop.acme.com</textarea>')
  expect(form).toMatch(/value="250"/)
  expect(form).toContain('ssn\nbirth_day</textarea>')
  expect(form).toContain('&lt;script&gt;')
  expect(form).not.toMatch(/<script|\u202e/)
  const configured = await (await world().console.get('/console/sources/settings?source=web')).text()
  expect(configured).toMatch(/disabled[^>]*>https:\/\/www\.acme\.com</)
  expect((await world().console.get(`/console/sources/settings?source=${encodeURIComponent(HOSTILE)}`)).status).toBe(404)
})

it('keeps the last of many long origins whole', async () => {
  const origins = Array.from({ length: 150 }, (_, n) => `https://shop-${n}.a-rather-long-name-of-a-site.example.com`)
  const answer = await world().console.post('/console/sources/settings', [
    ['source', 'web2'],
    ['origins', origins.join('\r\n')],
  ])
  expect(answer.status).toBe(303)
  expect(world().settings.of('web2')?.origins).toEqual(origins)
})
