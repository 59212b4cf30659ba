import { describe, expect, it } from 'vitest'
import { track } from '../receive.fixture.ts'
import { basic, ingestApp } from '../routes.fixture.ts'
import { PASSING } from './guard.fixture.ts'
import { refuse } from './refuse.ts'
import { wrongKeyOf } from './source.ts'

const tooMuch = () => {
  throw refuse(429, 'rate_limited', 'Nothing of this request was stored.')
}

describe('an address that sent too much', () => {
  it.each([
    ['a page', '/v1/batch', basic('wk_web'), {}, 429],
    ['who names no key before the body', '/v1/batch', {}, { writeKey: 'wk_srv' }, 429],
    ['a server with its key', '/v1/batch', basic('wk_srv'), {}, 200],
    ['an import with a secret key', '/v1/import', { authorization: 'Bearer sk_import' }, { source: 'crm' }, 200],
    ['an import with a public key', '/v1/import', basic('wk_web'), {}, 429],
  ])('%s is answered by its key', async (_, path, headers, more, status) => {
    const { post } = ingestApp({ guard: { ...PASSING, arriving: tooMuch } })
    expect((await post(path, { batch: [track('m1')], ...more }, headers)).status).toBe(status)
  })
})

describe('an address that tried too many wrong keys', () => {
  it.each([
    ['an unknown key', '/v1/batch', basic('wk_none')],
    ['the key of a server', '/v1/batch', basic('wk_srv')],
    ['an unknown secret key', '/v1/import', { authorization: 'Bearer sk_none' }],
    ['a secret key', '/v1/import', { authorization: 'Bearer sk_import' }],
    ['no key', '/v1/t', {}],
  ])('is not told whether there is %s', async (_, path, headers: Record<string, string>) => {
    const { post } = ingestApp({ guard: { ...PASSING, knocking: tooMuch } })
    expect((await post(path, { batch: [track('m1')], source: 'crm' }, headers)).status).toBe(429)
  })
})

it('the guard is told which key was wrong, wherever it stood, and of none where none was brought', async () => {
  const told: (string | null)[] = []
  const { post } = ingestApp({ guard: { ...PASSING, refused: c => void told.push(wrongKeyOf(c.error)) } })
  const batch = [track('m1')]
  await post('/v1/batch', { batch }, basic('wk_header'))
  await post('/v1/batch', { batch, writeKey: 'wk_body' })
  await post('/v1/batch?writeKey=wk_query', { batch })
  await post('/v1/import', { batch, source: 'crm' }, { authorization: 'Bearer sk_none' })
  await post('/v1/batch', { batch })
  await post('/v1/batch', 'unreadable', basic('wk_web'))
  expect(told).toEqual(['wk_header', 'wk_body', 'wk_query', 'sk_none', null, null])
})
