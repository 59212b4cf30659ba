import { KEYS, temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { ask, faultsOf, unbalanced } from './judge.ts'
import { pause } from './launch.ts'
import { untilDrained } from './watch.ts'

const EVENTS_PER_SECOND = 2000
const PER_REQUEST = 20
const LONGEST_STALL_S = 5

/** Texts of events that harm what reads or stores them; `ID` stands for the message id. */
const POISON: { readonly [name: string]: string } = {
  'half a character': track('"properties":{"title":"\\ud800 \\udc00\\ud800"}'),
  'half a character as key': track('"properties":{"\\udfff":1}'),
  'depth 40,000': track(`"properties":{"deep":${'['.repeat(40_000)}${']'.repeat(40_000)}}`),
  'depth 3,000': track(`"properties":{"deep":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`),
  'integer of 30 digits': track('"properties":{"n":123456789012345678901234567890}'),
  'integer of 2^64': track('"properties":{"n":18446744073709551616}'),
  'number beyond a double': track('"properties":{"n":1e999}'),
  'the same key twice': track('"properties":{"a":1,"a":{"b":2},"a.b":3}'),
  'year 1': track('"timestamp":"0001-01-01T00:00:00.000Z"'),
  'year 9999': track('"timestamp":"9999-12-31T23:59:59.999Z"'),
  'year 275760': track('"timestamp":8640000000000000'),
  'no time at all': track('"timestamp":{"when":"now"}'),
  'a name that is none': '{"type":"track","messageId":"ID","userId":"u-1","event":{"toString":1}}',
  'type unknown': '{"type":"constructor","messageId":"ID","userId":"u-1"}',
  'properties a text': track('"properties":"DROP TABLE events"'),
  prototype: track('"properties":{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
  'a zero character': track('"properties":{"z":"\\u0000\\u0001"}'),
}

export const poison: Fault = {
  id: 'F14',
  title: '1 % of 2,000 events/s are poisoned',
  unit: 'seconds',
  sizes: { smoke: 4, middle: 20, long: 60 },
  async run({ size, random, log }) {
    const folder = temporaryDataDir()
    const gateway = await startGateway({ dataDir: folder.path, env: { LOG_LEVEL: 'warn' } })
    try {
      const good = new Set<string>()
      const poisoned = new Map<string, string>()
      const statuses = new Map<number, number>()
      const stalls = watchStalls(folder.path)
      const names = Object.keys(POISON)
      const began = performance.now()
      const everyMs = (1000 * PER_REQUEST) / EVENTS_PER_SECOND
      const sending: Promise<void>[] = []
      for (let request = 0; request * everyMs < size * 1000; request++) {
        const early = began + request * everyMs - performance.now()
        if (early > 0) await pause(early)
        const events = Array.from({ length: PER_REQUEST }, () => {
          const id = crypto.randomUUID()
          if (random.next() >= 0.01) {
            good.add(id)
            return track('"properties":{"plan":"team"}').replace('ID', id)
          }
          const name = names[poisoned.size % names.length] ?? ''
          poisoned.set(id, name)
          return (POISON[name] ?? '').replace('ID', id)
        })
        sending.push(
          sendRaw(gateway.url, `{"batch":[${events.join(',')}]}`).then(
            status => void statuses.set(status, (statuses.get(status) ?? 0) + 1),
          ),
        )
      }
      await Promise.all(sending)
      const stats = await untilDrained(gateway)
      const stall = await stalls.stop()
      const stored = new Map(await ask<[string, number]>(folder.path, 'SELECT message_id, count() FROM events GROUP BY message_id'))
      const rejected = new Map(await ask<[string, string]>(folder.path, 'SELECT message_id, code FROM rejected_events'))
      const ends = new Map<string, Set<string>>()
      const nowhere: string[] = []
      for (const [id, name] of poisoned) {
        const end = stored.has(id) ? 'stored' : rejected.get(id)
        if (end === undefined || (stored.has(id) && rejected.has(id))) nowhere.push(`${name} (${end === undefined ? 'nowhere' : 'twice'})`)
        else ends.set(name, (ends.get(name) ?? new Set()).add(end))
      }
      for (const [name, where] of ends) log(`${name}: ${[...where].join(', ')}`)
      const lost = [...good].filter(id => !stored.has(id)).length
      const duplicated = [...stored.values()].filter(copies => copies > 1).length
      const failed = (gateway.output().match(/could not be loaded/g) ?? []).length
      return {
        figures: {
          good: good.size,
          poisoned: poisoned.size,
          LOST: lost,
          DUPS: duplicated,
          rejected: stats.rejected,
          'loads tried again': failed,
          'longest stall s': stall.toFixed(2),
        },
        broken: [
          ...faultsOf({ acknowledged: good.size, lost, duplicated }, size * 500),
          ...unbalanced(stats, { isDrained: true, least: good.size + poisoned.size }),
          ...(statuses.size === 1 && statuses.has(200) ? [] : [`not only 200: ${JSON.stringify([...statuses])}`]),
          ...(nowhere.length > 0 ? [`poisoned events without one end: ${[...new Set(nowhere)].join(', ')}`] : []),
          ...(failed > 0 ? [`${failed} loads failed`] : []),
          ...(stall > LONGEST_STALL_S ? [`nothing was loaded for ${stall.toFixed(1)} s`] : []),
        ],
      }
    } finally {
      await gateway.killAll()
      folder.remove()
    }
  },
}

function track(more: string): string {
  return `{"type":"track","event":"Report Opened","messageId":"ID","userId":"u-1",${more}}`
}

async function sendRaw(url: string, body: string): Promise<number> {
  const response = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${KEYS.server}:`).toString('base64')}` },
    body,
  })
  await response.arrayBuffer()
  return response.status
}

/** The longest time without a new row, seconds, while events keep coming. */
function watchStalls(dataDir: string): { stop(): Promise<number> } {
  let isOver = false
  let longest = 0
  const watching = (async () => {
    let [rows, since] = [0, performance.now()]
    while (!isOver) {
      const [[now = 0] = []] = await ask<[number]>(dataDir, 'SELECT count() FROM events')
      longest = Math.max(longest, (performance.now() - since) / 1000)
      if (now !== rows) [rows, since] = [now, performance.now()]
      await pause(250)
    }
  })()
  return {
    async stop() {
      isOver = true
      await watching
      return longest
    },
  }
}
