import { expect, test } from 'vitest'
import { ServerUnusable } from './db/open.ts'
import { shortReason } from './lateWarehouse.ts'

const unusable = (cause: Error) =>
  new ServerUnusable(`ClickHouse at https://db.internal:8443 cannot be used as admin: ${cause.message}`, { cause })

test.each([
  ['a server that never answers', new Error('Timeout error.')],
  ['a certificate that nobody signed', Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
  ['a port of something else', Object.assign(new Error('Parse Error: Expected HTTP/'), { code: 'HPE_INVALID_CONSTANT' })],
  ['an address of nobody', Object.assign(new Error('connect ECONNREFUSED db.internal:8443'), { code: 'ECONNREFUSED' })],
])('the reason that anybody may read names neither address nor user: %s', (_, cause) => {
  expect(shortReason(unusable(cause))).not.toMatch(/db\.internal|8443|admin/)
  expect(shortReason(unusable(cause))).toContain('check')
})
