import { describe, expect, it } from 'vitest'
import type { ErrorAnswer } from '../openapi/answers.ts'
import { readApi } from './readApi.fixture.ts'

const api = readApi()

describe('the read API', () => {
  it('asks for a secret key', async () => {
    for (const headers of [{}, { authorization: 'Bearer sk_unknown' }, { authorization: 'Basic c2tfcmVhZGVyOg==' }] as Record<
      string,
      string
    >[]) {
      const { status, body, headers: answered } = await api().get<ErrorAnswer>('/v1/accounts', headers)
      expect(status).toBe(401)
      expect(body.error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('Bearer') })
      expect(answered.get('www-authenticate')).toBe('Bearer')
    }
  })

  it('refuses a key without the scope, and any secret key from a web page', async () => {
    const scope = await api().get<ErrorAnswer>('/v1/accounts', { authorization: 'Bearer sk_importer' })
    expect([scope.status, scope.body.error.code]).toEqual([403, 'missing_scope'])
    const page = await api().get<ErrorAnswer>('/v1/accounts', { authorization: 'Bearer sk_reader', origin: 'https://www.acme.example' })
    expect([page.status, page.body.error.code]).toEqual([403, 'secret_key_in_browser'])
  })

  it.each([
    '/v1/accounts',
    '/v1/accounts/acme',
    '/v1/accounts/acme/score',
    '/v1/accounts/acme/journey',
    '/v1/accounts/acme/timeline',
    '/v1/profiles/user_id/u_ana',
    '/v1/profiles/user_id/u_ana/merges',
    '/v1/stats',
  ])('keeps %s closed without a key', async path => {
    expect((await api().get<ErrorAnswer>(path, {})).status).toBe(401)
  })

  it.each([
    ['/v1/accounts?limit=0', 'limit'],
    ['/v1/accounts?limit=201', 'limit'],
    ['/v1/accounts?limit=ten', 'limit'],
    ['/v1/accounts?sort=score;DROP', 'sort'],
    ['/v1/accounts?stage=nowhere', 'stage'],
    ['/v1/accounts?band=tepid', 'band'],
    ['/v1/accounts?status=asleep', 'status'],
    ['/v1/accounts?cursor=abc', 'cursor'],
    [`/v1/accounts?q=${'x'.repeat(201)}`, 'q'],
    ['/v1/accounts/acme/score?at=yesterday', 'at'],
    ['/v1/accounts/acme/score?at=2026-02-30', 'at'],
    ['/v1/accounts/acme/score?at=2026-03-01T09:05:00', 'at'],
    ['/v1/accounts/acme/journey?model=other', 'model'],
    ['/v1/accounts/acme/timeline?cursor=W10', 'cursor'],
    ['/v1/stats?from=2026-03-02&to=2026-03-01', 'from'],
  ])('answers 400 to %s and names the parameter', async (path, name) => {
    const { status, body } = await api().get<ErrorAnswer>(path)
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 'bad_parameter', message: expect.stringContaining(`“${name}”`) })
  })

  it('says what to look at when there is no such account or profile', async () => {
    const account = await api().get<ErrorAnswer>('/v1/accounts/nobody.example')
    expect(account.status).toBe(404)
    expect(account.body.error).toMatchObject({ code: 'unknown_account', message: expect.stringContaining('/v1/accounts?q=') })
    expect((await api().get<ErrorAnswer>('/v1/accounts/nobody.example/score')).status).toBe(404)
    expect((await api().get<ErrorAnswer>('/v1/profiles/user_id/nobody')).body.error.code).toBe('unknown_profile')
    expect((await api().get<ErrorAnswer>('/v1/profiles/user_id/nobody/merges')).status).toBe(404)
  })
})
