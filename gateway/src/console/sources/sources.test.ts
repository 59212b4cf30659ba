import { describe, expect, it } from 'vitest'
import { describeQuery } from '../../../../test/engine.ts'
import { insertRows } from '../../db/query.ts'
import { CONSOLE_URL } from '../pages.fixture.ts'
import { lastEvents, sourceBots } from './readSources.ts'
import { block, HOSTILE, sourcesWorld } from './sources.fixture.ts'

const world = sourcesWorld()

describe('the page of sources', () => {
  it('shows what each source sent, and when last', async () => {
    const web = block(await world().page(), 'web').replace(/\s+/g, ' ')
    expect(web).toContain('1 min ago')
    const row = (title: string) =>
      new RegExp(`>${title}</th><td class="number">([^/]*?)</td><td class="number">([^/]*?)<`).exec(web)?.slice(1, 3)
    expect([row('Received'), row('Stored'), row('Copies')]).toEqual([
      ['6', '6'],
      ['2', '2'],
      ['3', '3'],
    ])
    expect(web).toMatch(/>Rejected<\/th><td class="number">1 <span class="rejected-share">\(16\.7 %\)/)
    const old = block(await world().page(), 'old import')
    expect(old).toContain('3 d ago')
    expect(old).toContain('No key')
    expect(old).toMatch(/>Received<\/th><td class="number">0<\/td><td class="number">1</)
  })

  it('shows how much of a source was made by bots, and by what sign that is seen', async () => {
    const shop = block(await world().page(), 'shop window').replace(/\s+/g, ' ')
    expect(shop).toContain('<summary>3 by bots, 7 days</summary>')
    expect(
      [...shop.matchAll(/<th scope="row">([^<]*)<\/th><td class="number">(\d+)<\/td><\/tr>/g)].map(([, reason, n]) => [reason, n]),
    ).toEqual([
      ['headless browser', '2'],
      ['no screen', '1'],
    ])
    expect(block(await world().page(), 'web')).not.toContain('by bots')
  })

  it('gives the snippet with the public key, and never a server or secret key', async () => {
    const body = await world().page()
    expect(block(body, 'web')).toContain(`data-write-key=&quot;wk_public_of_the_site&quot; data-host=&quot;${CONSOLE_URL}&quot;`)
    expect(block(body, 'web')).toContain('https://www.acme.com')
    expect(block(body, 'backend')).toContain('nothing received yet')
    expect(block(body, 'backend')).toContain('Send a first event')
    expect(block(body, 'backend')).toContain('process.env.WAYMARK_WRITE_KEY')
    expect(body).toContain('…vice')
    expect(body).not.toContain('wk_private_of_the_service')
    expect(body).not.toContain('sk_secret_of_the_operator')
  })

  it('keeps hostile names text', async () => {
    await insertRows(world().db.client, 'keys', [
      {
        key_id: HOSTILE,
        kind: 'secret',
        name: HOSTILE,
        hash: 'x',
        last4: HOSTILE,
        is_server: 0,
        scopes: [HOSTILE],
        created_at: 1,
        version: 1,
      },
    ])
    const body = await world().page()
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(body).not.toMatch(/<script|\u202e/)
  })

  it('source_last_events gives the columns that its type says', async () => {
    expect(await describeQuery(world().db.reader, lastEvents, { lately: '2026-03-01 00:00:00.000' })).toEqual({
      source_id: 'LowCardinality(String)',
      last_received_at: 'Int64',
    })
    const span = { from: '2026-03-01 00:00:00.000', to: '2026-03-08 00:00:00.000' }
    expect(await describeQuery(world().db.reader, sourceBots, span)).toEqual({
      source_id: 'LowCardinality(String)',
      bot_reason: 'LowCardinality(String)',
      events: 'UInt64',
    })
  })
})
