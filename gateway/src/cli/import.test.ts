import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { importCommand } from './import.ts'
import { lineId } from './importLines.ts'
import type { Terminal } from './terminal.ts'

interface Received {
  readonly source: string
  readonly batch: { messageId: string; type: string }[]
}

/** What the little gateway answers next; an accepting 200 when the list is empty. */
type Answer = { status: number; body?: object; headers?: Record<string, string> }

describe('waymark import', () => {
  let server: Server
  let host: string
  let received: Received[] = []
  let answers: Answer[] = []
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = JSON.parse(await text(request)) as Received
      const isKnown = request.headers.authorization === 'Bearer sk_good' && request.url === '/v1/import'
      const answer = isKnown
        ? answers.shift()
        : { status: 401, body: { error: { code: 'unauthorized', message: 'A secret key is needed.' } } }
      if (isKnown && (answer === undefined || answer.status === 200)) received.push(body)
      response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json', ...answer?.headers })
      response.end(JSON.stringify(answer?.body ?? { success: true, accepted: body.batch.length, rejected: [] }))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())
  beforeEach(() => {
    received = []
    answers = []
  })

  async function run(
    content: string,
    argv: readonly string[] = ['orders.ndjson', '--source', 'shop'],
    {
      key = 'sk_good',
      remote = null,
      isTty = false,
      runs = true,
    }: { key?: string; remote?: string | null; isTty?: boolean; runs?: boolean } = {},
  ) {
    const out: string[] = []
    const err: string[] = []
    const slept: number[] = []
    const terminal: Terminal = { out: chunk => void out.push(chunk), err: chunk => void err.push(chunk), isTty, columns: 80 }
    let clock = 0
    const code = await importCommand(
      argv,
      { host: runs ? host : null, dataDir: '/srv/waymark', local: key, remote },
      {
        fetch,
        sleep: async ms => void slept.push(ms),
        random: () => 0.5,
        now: () => (clock += 1000),
        terminal,
        // Cut in the middle of a line and of a character, as a file is.
        open: async () => ({ chunks: pieces(Buffer.from(content), 7), size: Buffer.byteLength(content) }),
      },
    )
    return { code, out: out.join(''), err: err.join(''), slept }
  }
  const events = () => received.flatMap(({ batch }) => batch)

  it('sends every line once, in requests of at most 500, under the given source', async () => {
    const { code, out } = await run(lines(1201))
    expect(code).toBe(0)
    expect(received.map(({ batch }) => batch.length).sort((a, b) => b - a)).toEqual([500, 500, 201])
    expect(new Set(received.map(({ source }) => source))).toEqual(new Set(['shop']))
    expect(new Set(events().map(({ messageId }) => messageId)).size).toBe(1201)
    expect(out).toContain('1,201 events accepted')
  })

  it('gives a line without a message id the same one at every import, and leaves other ids alone', async () => {
    const content = '{"type":"track","event":"ü","userId":"1"}\n\n{"messageId":"mine","type":"track","event":"x","userId":"1"}\n'
    await run(content)
    const first = events()
    received = []
    await run(content)
    expect(events()).toEqual(first)
    expect(first[0]?.messageId).toMatch(/^import-[0-9a-f]{32}$/)
    expect(first[1]?.messageId).toBe('mine')
    received = []
    await run(content, ['other.ndjson', '--source', 'shop'])
    expect(events()[0]?.messageId).not.toBe(first[0]?.messageId)
  })

  it.each(['null', '""', '"null"', '"undefined"', '"NaN"', '"[object Object]"', '"  "', '"\\u0000"', '" null "'])(
    'gives a line whose message id is %s the same one at every import',
    async id => {
      const content = `{"messageId":${id},"type":"track","event":"x","userId":"1"}\n`
      await run(content)
      await run(content)
      expect(events().map(({ messageId }) => messageId)).toEqual([lineId('orders.ndjson', 1), lineId('orders.ndjson', 1)])
    },
  )

  it('goes on after lines that are no events and reports them by number', async () => {
    const { code, out } = await run(`{"type":"track"\n${lines(2)}[1]\n{"type":"page"}`)
    expect(code).toBe(1)
    expect(events()).toHaveLength(3)
    expect(out).toContain('2 lines were not events')
    expect(out).toMatch(/line 1: not JSON/)
    expect(out).toContain('line 4: not a JSON object')
  })

  it('tells what the gateway rejected by line', async () => {
    answers = [
      {
        status: 200,
        body: {
          success: true,
          accepted: 1,
          rejected: [{ index: 1, messageId: null, code: 'required', path: '/event', message: 'is missing' }],
        },
      },
    ]
    const { code, out } = await run(`\n${lines(2)}`, ['orders.ndjson', '--source', 'shop', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual({
      accepted: 1,
      rejected: 1,
      unreadable: 0,
      reasons: [{ line: 3, reason: 'required /event is missing' }],
    })
  })

  it('waits as long as the gateway asks and sends the same ids again', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '7' } }, { status: 503 }]
    const { code, slept } = await run(lines(3))
    expect(code).toBe(0)
    // Equal jitter in the middle: three quarters of the ceiling of the second attempt, 1 s.
    expect(slept).toEqual([7000, 750])
    expect(events()).toHaveLength(3)
  })

  it('stops at a refusal that waiting does not mend, with the reason and what to do', async () => {
    const { code, err, slept } = await run(lines(3), undefined, { key: 'sk_bad' })
    expect(code).toBe(1)
    expect(slept).toEqual([])
    expect(err).toContain('401 A secret key is needed.')
    expect(err).toContain('Run the same command again: nothing is counted twice.')
  })

  it('gives up after ten attempts on a gateway that does not answer', async () => {
    const { code, err, slept } = await run(lines(1), ['a', '--source', 's', '--host', 'http://127.0.0.1:9', '--key', 'sk_given'])
    expect(code).toBe(1)
    expect(slept).toHaveLength(9)
    expect(err).toContain('Gave up after 10 attempts: cannot reach http://127.0.0.1:9')
  })

  it('sends nothing where no gateway runs and none is named', async () => {
    const { code, err } = await run(lines(1), undefined, { runs: false })
    expect([code, received]).toEqual([1, []])
    expect(err).toContain('No gateway runs on the folder /srv/waymark')
    expect((await run(lines(1), ['a', '--source', 's', '--host', host, '--key', 'sk_good'], { runs: false })).code).toBe(0)
  })

  it('sends a gateway that --host names only a key that was given for it, and says so when none was', async () => {
    const there = ['a.ndjson', '--source', 's', '--host', host]
    const { code, err } = await run(lines(1), there)
    expect([code, received]).toEqual([2, []])
    expect(err).toContain(`Give --key for the gateway at ${host}, or WAYMARK_KEY in the environment`)
    for (const [argv, remote] of [
      [[...there, '--key', 'sk_good'], 'sk_bad'],
      [there, 'sk_good'],
    ] as const) {
      received = []
      expect([(await run(lines(1), argv, { key: 'sk_bad', remote })).code, received.length]).toEqual([0, 1])
    }
  })

  it('sends the gateway of this machine the key of this machine, whatever there is for others', async () => {
    expect((await run(lines(1), undefined, { remote: 'sk_bad' })).code).toBe(0)
  })

  it('skips a line that is longer than any event without keeping it', async () => {
    const { code, out } = await run(`${'x'.repeat(1_200_000)}\n${lines(1)}`)
    expect(code).toBe(1)
    expect(out).toContain('line 1: longer than 512 KiB')
    expect(events()).toHaveLength(1)
  })

  it('draws a bar on a terminal and plain lines elsewhere', async () => {
    expect((await run(lines(2000), undefined, { isTty: true })).err).toMatch(/\r.*█+░* +\d+% {2}[\d,]+ events {2}\d+\/s/)
    const plain = (await run(lines(4000))).err
    expect(plain).toMatch(/^ *\d+% {2}[\d,]+ events {2}\d+\/s {2}\d+ s left\n/)
    expect(plain).not.toContain('\r')
  })

  it.each([
    [[], 'One file is needed'],
    [['a.ndjson'], '--source is missing'],
    [['a.ndjson', '--source', 's', '--host', 'localhost'], 'is not an address'],
    [['a.ndjson', '--source', 's', '--batch-size', '501'], 'from 1 to 500'],
    [['a.ndjson', '--sauce', 's'], '--sauce'],
  ])('ends with 2 and the usage for %j', async (argv, message) => {
    const { code, err } = await run('', argv)
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(err).toContain('Usage: waymark import FILE')
  })
})

function lines(n: number): string {
  return Array.from({ length: n }, (_, i) => `${JSON.stringify({ type: 'track', event: 'Order Completed', userId: `u${i}` })}\n`).join('')
}

async function* pieces(content: Buffer, least: number): AsyncGenerator<Uint8Array> {
  const size = Math.max(least, Math.ceil(content.length / 40))
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}
