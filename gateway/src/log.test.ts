import { ClickHouseError } from '@clickhouse/client'
import { expect, it } from 'vitest'
import { explainError } from './log.ts'

it('tells an error with its causes, and of the engine’s no data that it quotes', () => {
  const engine = new ClickHouseError({ message: "Cannot parse string 'ana@acme.test' as UInt64", code: '6', type: 'CANNOT_PARSE_TEXT' })
  expect(explainError(new Error('job scores failed', { cause: engine }))).toBe(
    'job scores failed: ClickHouse 6: Cannot parse string “…” as UInt64',
  )
  expect(explainError('gone')).toBe('gone')
})
