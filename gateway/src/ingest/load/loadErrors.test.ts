import { ClickHouseError } from '@clickhouse/client'
import { describe, expect, it } from 'vitest'
import { isCleanFailure, judgeLoadError } from './loadErrors.ts'

const error = (code: number, message = '') => new ClickHouseError({ code: String(code), message, type: 'TEST' })

describe('a failed insert', () => {
  it.each([241, 159, 202, 209, 210, 999, 60, 516, 243])('with code %i is tried again, for the engine is the trouble', code => {
    expect(judgeLoadError(error(code))).toBe('retry')
  })

  it.each([27, 26, 25, 41, 72, 117, 53, 6])('with code %i has a row to blame', code => {
    expect(judgeLoadError(error(code))).toBe('rows')
    expect(isCleanFailure(error(code))).toBe(true)
  })

  it('with code 252 waits for parts, but not for partitions', () => {
    expect(judgeLoadError(error(252, 'Too many parts (3000). Merges are processing significantly slower than inserts'))).toBe('retry')
    expect(judgeLoadError(error(252, 'Too many partitions for single INSERT block (more than 100)'))).toBe('rows')
  })

  it('with a code that nobody foresaw is unknown', () => {
    expect(judgeLoadError(error(4711))).toBe('unknown')
  })

  it('of the connection is tried again', () => {
    expect(judgeLoadError(new Error('socket hang up'))).toBe('retry')
    expect(isCleanFailure(new Error('socket hang up'))).toBe(false)
  })
})
