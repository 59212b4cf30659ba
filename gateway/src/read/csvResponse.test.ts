import { ClickHouseError } from '@clickhouse/client'
import { expect, it } from 'vitest'
import { csvResponse } from './csvResponse.ts'

it('ends a file that cannot be finished with an error that quotes no data', async () => {
  async function* text() {
    yield 'Account\r\n'
    throw new ClickHouseError({ message: "Cannot parse 'ana@acme.test'", code: '6', type: 'CANNOT_PARSE_TEXT' })
  }
  const failed = await csvResponse({ text: text(), cutAt: null }, 0)
    .text()
    .catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(Error)
  expect(String(failed)).toContain('ClickHouse 6')
  expect(JSON.stringify([String(failed), (failed as Error).stack, (failed as Error).cause])).not.toContain('ana@acme.test')
})
