import { describe, expect, it } from 'vitest'
import { listKeys } from '../../keys/table.ts'
import { block, type Fields, HOSTILE, onceIn, sourcesWorld } from './sources.fixture.ts'

const world = sourcesWorld()

describe('the keys of sources', () => {
  it('makes a public key that works at once, shows it again, and ends it at once', async () => {
    const { answer, body, key } = await world().create([
      ['name', 'shop'],
      ['kind', 'browser'],
    ])
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(key).toMatch(/^wk_/)
    expect(world().ring.writeKey(key)).toEqual({ sourceId: 'shop', trust: 'browser' })
    expect(body).toContain(`data-write-key=&quot;${key}&quot;`)

    const list = await world().page()
    expect(block(list, 'shop')).toContain(`data-write-key=&quot;${key}&quot;`)
    const id = /keys\/(w_[0-9A-Za-z]+)\/revoke/.exec(block(list, 'shop'))?.[1] ?? ''
    const asked = await (await world().console.get(`/console/sources/keys/${id}/revoke`)).text()
    expect(asked).toContain('only live key of this source')
    expect(world().ring.writeKey(key)).not.toBeNull()
    const revoked = await world().console.post(`/console/sources/keys/${id}/revoke`)
    expect([revoked.status, revoked.headers.get('location')]).toEqual([303, '/console/sources?said=revoked'])
    expect(world().ring.writeKey(key)).toBeNull()
    expect(block(await world().page(), 'shop')).toContain('Revoked')
    expect((await world().console.post(`/console/sources/keys/${id}/revoke`)).status).toBe(409)
    expect(world().log.join('\n')).toContain(id)
    expect(world().log.join('\n')).not.toContain(key)
  })

  it('makes server keys and secret keys with their trust and scopes', async () => {
    const server = await world().create([
      ['name', 'billing'],
      ['kind', 'server'],
    ])
    expect(world().ring.writeKey(server.key)).toEqual({ sourceId: 'billing', trust: 'server' })
    const secret = await world().create([
      ['name', 'crm'],
      ['kind', 'secret'],
      ['scopes', 'read'],
      ['scopes', 'import'],
      ['scopes', 'root'],
    ])
    expect(world().ring.secretKey(secret.key)).toEqual({ name: 'crm', scopes: ['read', 'import'] })
    const list = await world().page()
    expect(list).toContain('read, import')
    expect(list).not.toContain(server.key)
    expect(list).not.toContain(secret.key)
  })

  it('rotates a key: the new one is told, the old one stays good for the time chosen, and no pages are given it', async () => {
    const old = await world().create([
      ['name', 'app'],
      ['kind', 'browser'],
    ])
    const id = /keys\/(w_[0-9A-Za-z]+)\/rotate/.exec(block(await world().page(), 'app'))?.[1] ?? ''
    const form = await (await world().console.get(`/console/sources/keys/${id}/rotate`)).text()
    const word = onceIn(form)
    const rotate = (overlap: string) =>
      world().console.post(`/console/sources/keys/${id}/rotate`, [
        ['once', word],
        ['overlap', overlap],
      ])
    const answer = await rotate('week')
    const body = await answer.text()
    const [next = ''] = /wk_\w{20,}/.exec(body) ?? []
    expect([answer.status, next === old.key]).toEqual([200, false])
    expect(body).toContain('The old key is good until 27 Nov 2026')
    for (const key of [old.key, next]) expect(world().ring.writeKey(key)).toEqual({ sourceId: 'app', trust: 'browser' })
    expect((await rotate('week')).status).toBe(409)
    const list = block(await world().page(), 'app')
    expect(list).toContain('until 27 Nov 2026')
    expect(list).toContain(`data-write-key=&quot;${next}&quot;`)
    expect(list).not.toContain(`data-write-key=&quot;${old.key}&quot;`)
  })

  it('makes no second key when the answer is loaded again', async () => {
    const word = await world().once()
    const form = [
      ['once', word],
      ['name', 'twice'],
      ['kind', 'browser'],
    ] as const
    expect((await world().console.post('/console/sources/keys', form)).status).toBe(200)
    const again = await world().console.post('/console/sources/keys', form)
    expect([again.status, (await again.text()).includes('wk_')]).toEqual([409, false])
    expect((await listKeys(world().db)).filter(({ name }) => name === 'twice')).toHaveLength(1)
  })

  it.each<[string, Fields, string]>([
    [
      'no name',
      [
        ['name', ' '],
        ['kind', 'browser'],
      ],
      'Give the source a name',
    ],
    [
      'a name with signs',
      [
        ['name', HOSTILE],
        ['kind', 'server'],
      ],
      '1 to 64 letters',
    ],
    [
      'a name too long',
      [
        ['name', 'x'.repeat(65)],
        ['kind', 'browser'],
      ],
      '1 to 64 letters',
    ],
    [
      'an unknown kind',
      [
        ['name', 'shop'],
        ['kind', 'root'],
      ],
      'Choose what the key is for',
    ],
    [
      'a secret key that may do nothing',
      [
        ['name', 'crm'],
        ['kind', 'secret'],
        ['scopes', 'root'],
      ],
      'Choose at least one',
    ],
  ])('refuses %s, says why and keeps the form', async (_what, fields, complaint) => {
    const before = (await listKeys(world().db)).length
    const { answer, body } = await world().create(fields)
    expect(answer.status).toBe(400)
    expect(body).toContain(complaint)
    expect(body).toContain('role="alert"')
    expect(body).not.toContain('<script')
    expect(await listKeys(world().db)).toHaveLength(before)
    // The form that came back can be sent.
    expect(/name="once" value="[^"]+"/.test(body)).toBe(true)
  })

  it('takes nothing from another site, and shows nothing to who is not signed in', async () => {
    const word = await world().once()
    const form = [
      ['once', word],
      ['name', 'forged'],
      ['kind', 'browser'],
    ] as const
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await world().console.post('/console/sources/keys', form, headers)).status).toBe(403)
    const stranger = await world().console.post('/console/sources/keys', form, { cookie: '' })
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/console/sign-in'])
    expect((await listKeys(world().db)).some(({ name }) => name === 'forged')).toBe(false)
  })

  it('says of a configured or unknown key where keys are revoked', async () => {
    for (const id of ['web', encodeURIComponent(HOSTILE)]) {
      const answer = await world().console.get(`/console/sources/keys/${id}/revoke`)
      const body = await answer.text()
      expect(answer.status).toBe(404)
      expect(body).toContain('WRITE_KEYS')
      expect(body).not.toContain('<script')
    }
  })
})
