import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createEventBlock } from '../eventBlock.ts'
import { readKept } from '../readKept.ts'
import { createRowMaker } from '../rowMaker.ts'
import { createUsualReader } from './usualReader.ts'

const FACTS = { source: 'web', trust: 'browser', receivedAt: 0, userAgent: '', isHistorical: false, scannedIn: 'life' } as const

it('keeps nothing of what events have of their own, which may be much more than what they are known by', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const [makeRow, block, readUsual] = [createRowMaker(), createEventBlock(), createUsualReader()]
  let moulded = 0

  function send(page: number, text: string): void {
    const event = { type: 'track', event: 'Viewed', userId: 'u', messageId: 'm', context: { page: { url: `https://a.example/${page}` } } }
    const body = Buffer.from(JSON.stringify({ batch: [{ ...event, properties: { text } }] }))
    block.clear()
    const read = readKept({ body, events: 1, facts: FACTS }, 'life', request => {
      const usual = readUsual(request)
      const made = (isMoulded: boolean) => {
        if (isMoulded) moulded++
      }
      return usual === null ? null : { ...usual, made }
    })
    expect(makeRow(read, 0, block)).toBeNull()
  }

  send(0, 'x'.repeat(40_000))
  collect()
  const before = process.memoryUsage().heapUsed
  const [pages, bytes] = [1000, 40_000]
  for (let page = 0; page < pages; page++) for (let times = 0; times < 3; times++) send(page, `${page} ${times} ${'x'.repeat(bytes)}`)
  collect()
  expect(moulded).toBeGreaterThan(pages / 2)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((pages * bytes) / 4)
})
