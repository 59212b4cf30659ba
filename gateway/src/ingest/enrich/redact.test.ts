import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectPace } from './pace.fixture.ts'
import { createRedaction, REDACT, REDACTED } from './redact.ts'

describe('what is taken out of an address', () => {
  it.each([
    'token',
    'access_token',
    'id_token',
    'refreshToken',
    'reset_password_token',
    'invitation-token',
    'api_key',
    'apikey',
    'x-api-key',
    'password',
    'user[password]',
    'pwd',
    'client_secret',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'sig',
    'sessionid',
    'PHPSESSID',
    'JSESSIONID',
    'SAMLResponse',
    'jwt',
    'otp',
    'auth',
    'email',
    'user_email',
    'e-mail',
    'phone',
    'mkt_tok',
    'key',
    'ssn',
    'iban',
  ])('the value of %s, in the query, after the path and in the fragment', name => {
    for (const before of ['?', '?a=1&', '?a=1;', '#', '#/route?', ';'])
      expect(REDACT(`https://acme.com/x${before}${name}=s3cret&b=2`)).toBe(`https://acme.com/x${before}${name}=${REDACTED}&b=2`)
  })

  it.each([
    'https://acme.com/?q=ana%40acme.com',
    'https://acme.com/?q=ana@acme.com',
    'https://acme.com/?q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
    'https://acme.com/?q=sk_live_51Habcdef',
    'https://acme.com/?q=ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'https://acme.com/?q=AKIAIOSFODNN7EXAMPLE',
  ])('what is seen to be a secret or an e-mail address, whatever it is called: %s', url => {
    expect(REDACT(url)).toBe(`https://acme.com/?q=${REDACTED}`)
  })

  it('the code of a sign-in, and not that of a voucher', () => {
    expect(REDACT('https://acme.com/cb?code=4/0Ab&state=xyz')).toBe(`https://acme.com/cb?code=${REDACTED}&state=${REDACTED}`)
    expect(REDACT('https://acme.com/buy?code=SPRING')).toBe('https://acme.com/buy?code=SPRING')
  })

  it.each([
    'next=%2Freset%3Fa%3D1%26token%3DS3CRET',
    'next=%2freset%3ftoken%3dS3CRET',
    'u=https%3A%2F%2Facme.com%2Fcb%3Fcode%3D4%26state%3DS3CRET',
    'u=https%253A%252F%252Facme.com%252F%253Fnext%253D%25252F%25253Ftoken%25253DS3CRET',
    'u=%2F%23access_token%3DS3CRET',
  ])('a parameter that is itself an address with a secret in it: %s', parameter => {
    expect(REDACT(`https://acme.com/login?${parameter}&b=2`)).toBe(`https://acme.com/login?${parameter.split('=')[0]}=${REDACTED}&b=2`)
  })

  it('a login before the host, and an e-mail address in the path', () => {
    expect(REDACT('https://ana:pw@acme.com/')).toBe('https://acme.com/')
    expect(REDACT('https://acme.com/stop/ana@acme.com/now')).toBe(`https://acme.com/stop/${REDACTED}/now`)
    expect(REDACT('/stop/ana%40acme.com')).toBe(`/stop/${REDACTED}`)
    expect(REDACT('see /stop/ana@acme.com')).toBe(`see /stop/${REDACTED}`)
    expect(REDACT(`https://acme.com/${'x/'.repeat(400)}ana@acme.com`)).toBe(`https://acme.com/${'x/'.repeat(400)}${REDACTED}`)
  })

  it.each([
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_D-e',
    'sk_live_51Habcdef',
    'sk-proj-abcdefghijklmnopqrstuvwxyz012345',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'AKIAIOSFODNN7EXAMPLE',
    'xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy',
    'sk_default_9tDq0Jb3Yw7Lk2Ns5Vx8',
    'SG.ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf',
  ])('a part of a path that is seen to be a secret: %s', secret => {
    expect(REDACT(`https://acme.com/reset/${secret}`)).toBe(`https://acme.com/reset/${REDACTED}`)
    expect(REDACT(`/reset/${secret}/now?a=1#x`)).toBe(`/reset/${REDACTED}/now?a=1#x`)
    expect(REDACT(`https://acme.com/#/${secret}?a=1`)).toBe(`https://acme.com/#/${REDACTED}?a=1`)
    expect(JSON.parse(REDACT(JSON.stringify({ href: `/a/${secret}`, 'q"': `/${secret}"x`, n: 1 })))).toEqual({
      href: `/a/${REDACTED}`,
      'q"': `/${REDACTED}"x`,
      n: 1,
    })
    expect(REDACT(String.raw`{"said":"{\"href\":\"https:\/\/acme.com\/${secret}\"}"}`)).not.toContain(secret)
  })

  it('an e-mail address behind a login, and behind another address with one', () => {
    expect(REDACT('https://ana:pw@acme.com/stop/ana@acme.com')).toBe(`https://acme.com/stop/${REDACTED}`)
    expect(REDACT('https://a:b@x.co then /ana@acme.com')).toBe(`https://x.co then /${REDACTED}`)
  })
})

it.each([
  'Bearer%20eyJhbGciOiJI.eyJzdWIiOiIx.abc',
  'bearer+0123456789abcdef',
  '{%22token%22:%22s3cret%22}',
  '%7B%22api_key%22%3A%22s3cret%22%7D',
  '%257B%2522token%2522%253A1%257D',
])('a value that holds a secret: %s', value => {
  expect(REDACT(`https://acme.com/?q=${value}&b=2`)).toBe(`https://acme.com/?q=${REDACTED}&b=2`)
})

it('a member of JSON in an address in JSON text', () => {
  const given = { url: 'https://acme.com/?q={"a":1,"token":"s3cret"}&b=2', other: 1 }
  expect(JSON.parse(REDACT(JSON.stringify(given)))).toEqual({ url: `https://acme.com/?q=${REDACTED}&b=2`, other: 1 })
  expect(REDACT(JSON.stringify({ body: JSON.stringify(given) }))).not.toContain('s3cret')
})

it.each([
  ['ftp://u:s3cret@acme.com/x', 'ftp://acme.com/x'],
  ['https:/u:s3cret@acme.com/x', 'https:/acme.com/x'],
  ['postgres://u:s3cret@db/x', 'postgres://db/x'],
  // Browsers take all before the last @ for the login.
  ['https://ana@work:s3cret@db/x', 'https://db/x'],
])('the login of %s', (given, left) => {
  expect(REDACT(given)).toBe(left)
})

it.each([
  'https://acme.com/pricing?utm_source=google&utm_medium=cpc&gclid=Cj0KCQ&page=2&q=cdp+keynote#top',
  'https://medium.com/@ana/a-story-1?source=rss',
  'https://acme.com/?tokens_used&redirect=%2Fhome&monkey=1&author=ana&sort=asc',
  'https://acme.com/sk_produkty_nove/sk-nejaky-dlhy-nazov-nasho-clanku/xoxo-gossip/eyJack.com/.well-known/x.y.z',
  'https://acme.com/release/eyJhbGciOiJIUzI1NiJ9',
  'https://acme.com/login?next=%2Fsearch%3Fq%3Dkeys%26page%3D2&b=2',
  'https://acme.com/p/%3Fpage%3D2?filter[0]=a&sort1=b&confirm=1&plan=basic+plan&by=bearer+bonds&j={%22page%22:%22token%22}',
  'ana@acme.com',
  '{"email":"ana@acme.com","note":"a=b; c and d/e@f"}',
  '',
])('leaves as it is: %s', text => {
  expect(REDACT(text)).toBe(text)
})

it('takes out what the operator names, however it is written', () => {
  const redact = createRedaction(['patient-id'])
  expect(redact('https://acme.com/?patientId=7&patient_id=8&x=9')).toBe(
    `https://acme.com/?patientId=${REDACTED}&patient_id=${REDACTED}&x=9`,
  )
  expect(REDACT('https://acme.com/?patientId=7')).toBe('https://acme.com/?patientId=7')
})

describe('in JSON text', () => {
  it('cleans every address in it, however deep, and nothing around it', () => {
    const given = { a: [{ href: 'https://acme.com/?token=1"2\\3&x=y', n: 1 }], search: '?password=x y', t: 'say "a=b"' }
    expect(JSON.parse(REDACT(JSON.stringify(given)))).toEqual({
      a: [{ href: `https://acme.com/?token=${REDACTED}&x=y`, n: 1 }],
      search: `?password=${REDACTED} y`,
      t: 'say "a=b"',
    })
  })

  it('stays JSON of the same shape, whatever stands in it', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('?token=', '&email=', '#', '\\', '"', '@a.co', 'https://', '/', '=', '%40', '\n'))
    const texts = fc.array(word, { maxLength: 12 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), texts), given => {
        const clean = JSON.parse(REDACT(JSON.stringify(given))) as Record<string, string>
        expect(Object.keys(clean)).toEqual(Object.keys(given))
        for (const [name, text] of Object.entries(clean)) if (!/[=@]|%40/.test(given[name] ?? '')) expect(text).toBe(given[name])
      }),
      { numRuns: 500 },
    )
  })

  it('never cuts a text open, wherever in a long value an escape stands', () => {
    const escaped = fc.constantFrom('"', '","isAdmin":true,"z":"', '\\', '\\"', '\n', '\u0001', '\ud83d', '?', '&b=', ' ')
    const name = fc.constantFrom('?token=', '?q=', '#email=', '&code=1&state=')
    fc.assert(
      fc.property(name, fc.integer({ min: 1010, max: 1030 }), fc.array(escaped, { maxLength: 6 }), (start, length, hostile) => {
        const text = `${start}${'a'.repeat(length)}${hostile.join('')}b"c`
        const clean = JSON.parse(REDACT(JSON.stringify({ text, other: 1 })))
        expect(Object.keys(clean)).toEqual(['text', 'other'])
        expect(JSON.parse(REDACT(JSON.stringify([text])))).toHaveLength(1)
      }),
      { numRuns: 1000 },
    )
  })

  it('does nothing more the second time', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), url => {
        expect(REDACT(REDACT(url))).toBe(REDACT(url))
      }),
    )
  })
})

describe('takes its time in step with the length', () => {
  it.each([
    '/a@',
    '?a=',
    'https://a',
    '/%40',
    '?a=\\',
    '&a=b@',
    '&code=1',
    '&state=1',
    'x/a@b.co',
    '/a@b.co',
    ' /a@b.co',
    'https://a@',
    '&a=%3Fa%3D',
    '&a=%3F%2525253D',
    '?a=%3D',
    '/eyJ',
    '/eyJaaaaaaaaaa.',
    '/eyJaaaaaaaaaa.b-',
    '/sk-a',
    'eyJ',
    '/sk_live_',
  ])('of texts made of %s', hostile => {
    // What grows with the square takes sixteen times as long.
    expectPace(REDACT, hostile.repeat(4_000), hostile.repeat(16_000), 9)
  })

  it('whether a separator stands behind a backslash or not', () => {
    expectPace(REDACT, '/?a=%3d'.repeat(2_000), '\\?a=%3d'.repeat(2_000), 9)
  })

  it('of one part of a path that almost is a secret, however long it is', () => {
    for (const part of ['a', 'a.', '-', '._'])
      expectPace(REDACT, `/eyJaaaaaaaa${part.repeat(20_000)}`, `/eyJaaaaaaaa${part.repeat(80_000)}`, 9)
  })

  it('however far from its beginning an e-mail address stands in a path', () => {
    expectPace(REDACT, 'x/a@b.co/a@b.co '.repeat(8_000), 'x/a@b.co/a@b.co'.repeat(8_000), 8)
  })
})
