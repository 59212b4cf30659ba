import type { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { WEB_KEY, wireApp } from '../../gateway/src/ingest/wire/wire.fixture.ts'
import { allGolden, type Golden } from './golden.ts'
import { PEERS, versionOf } from './peers.ts'
import type { Call } from './wire.ts'

/** As it was captured, but for the key and the compression, which are told in the headers. */
async function again(request: Hono['request'], { request: { path, headers }, envelope, event }: Call) {
  const body = JSON.stringify(envelope === null ? event : { ...envelope, batch: [event] })
  const { 'content-encoding': _, ...rest } = headers
  return request(path, { method: 'POST', body, headers: { ...rest, authorization: `Basic ${btoa(`${WEB_KEY}:`)}` } })
}

describe.each(allGolden().map(golden => [`${golden.peer} ${golden.version}`, golden] as const))('what %s sent', (_, { calls }: Golden) => {
  test.each(calls.map(call => [call.type, call] as const))('is taken as what it means: %s', async (type, call) => {
    const { request, rows, rejected } = wireApp()
    const response = await again(request, call)
    expect([response.status, rejected()]).toEqual([200, []])
    const { event } = call
    const [row] = rows()
    expect(row).toMatchObject({
      type,
      message_id: event.messageId,
      user_id: event.userId ?? '',
      anonymous_id: event.anonymousId ?? '',
      group_id: event.groupId ?? '',
      event: event.event ?? expect.any(String),
    })
    expect(JSON.parse(row?.properties ?? '')).toMatchObject(event.properties ?? {})
    if (type === 'identify') expect(JSON.parse(row?.traits ?? '')).toMatchObject({ email: expect.stringContaining('@acme.test') })
    if (type === 'group') expect(JSON.parse(row?.traits ?? '')).toMatchObject({ website: 'https://acme.test' })
    expect(`${row?.properties}${row?.context}`).not.toMatch(/_metadata|writeKey/)
  })
})

test('every peer is captured at its installed version, and every call type of it', () => {
  const captured = new Map(allGolden().map(({ peer, version, calls }) => [`${peer}@${version}`, calls.map(({ type }) => type)]))
  for (const peer of PEERS) expect(captured.get(`${peer.id}@${versionOf(peer.package)}`), peer.id).toEqual(peer.calls)
})
