import { expect, test } from 'vitest'
import { snippet } from './snippet.ts'

test('no setting can end the script element or leave the nonce attribute', () => {
  const html = snippet({ writeKey: '</script><img>', host: 'https://events.acme.test', nonce: '"><img>' })
  expect(html.match(/<\/script>/g)).toHaveLength(1)
  expect(html).not.toContain('<img')
})

test('it names the script, its integrity and the settings of the client', () => {
  const html = snippet({ writeKey: 'wk', host: 'https://events.acme.test', autoPage: false, integrity: 'sha384-x' })
  for (const part of ['"https://events.acme.test/waymark.js"', '"writeKey":"wk"', '"autoPage":false', '"sha384-x"'])
    expect(html).toContain(part)
})
