import { ClickHouseError } from '@clickhouse/client'
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
  expect(shortReason(unusable(cause), false)).not.toMatch(/db\.internal|8443|admin/)
  expect(shortReason(unusable(cause), false)).toContain('check')
})

test.each(['EACCES', 'ENOSPC', 'EROFS', 'EMFILE', 'ENOENT'])('%s is told of the folder, not of an address that nobody set', code => {
  const file = Object.assign(new Error(`${code}: open '/srv/private/engine/users.xml'`), { code, path: '/srv/private/engine/users.xml' })
  for (const error of [file, new Error('the engine could not be started', { cause: file })]) {
    expect(shortReason(error, true)).toMatch(new RegExp(`DATA_DIR.*${code}`))
    expect(shortReason(error, true)).not.toMatch(/CLICKHOUSE_URL|address|private/)
  }
})

test.each([
  ['a connection that is refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['an answer that is none', unusable(new Error('odd'))],
  ['a refusal', new ClickHouseError({ message: 'no', code: '516', type: 'AUTHENTICATION_FAILED' })],
])('nobody who runs the embedded engine is sent to CLICKHOUSE_URL: %s', (_, error) => {
  expect(shortReason(error, true)).not.toContain('CLICKHOUSE_URL')
  expect(shortReason(error, true)).toMatch(/doctor|log/)
  expect(shortReason(error, false)).toContain('CLICKHOUSE_URL')
})
