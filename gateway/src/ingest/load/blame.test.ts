import { ClickHouseError } from '@clickhouse/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Line } from '../spool/framePayload.ts'
import { insertStorable } from './blame.ts'

const line = (index: number): Line => ({ index, json: `[${index}]` })
const nothingStored = async (lines: readonly Line[]) => lines
const refuse = (code: number) => new ClickHouseError({ code: String(code), message: 'no', type: 'TEST' })

describe('blame', () => {
  it('falls on exactly the rows that fail, and every other row is stored once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 60 }),
        fc.constantFrom(27, 4711),
        fc.boolean(),
        async (isGood, code, isMonthly) => {
          const stored: number[] = []
          // Before an insert fails, the month of its first row may be in.
          const insert = async (lines: readonly Line[]) => {
            const months = [0, 1].map(month => lines.filter(({ index }) => index % 2 === month))
            for (const part of isMonthly ? months : [lines]) {
              if (part.some(({ index }) => !isGood[index])) throw refuse(code)
              stored.push(...part.map(({ index }) => index))
            }
          }
          fc.pre(code === 27 || isGood.length === 0 || isGood.includes(true))
          const blamed = await insertStorable(
            insert,
            isGood.map((_, index) => line(index)),
            true,
            async lines => lines.filter(({ index }) => !stored.includes(index)),
          )
          const indexes = isGood.map((_, index) => index)
          expect(blamed.map(refusal => refusal.line.index).sort((one, other) => one - other)).toEqual(
            indexes.filter(index => !isGood[index]),
          )
          expect(stored.sort((one, other) => one - other)).toEqual(indexes.filter(index => isGood[index]))
        },
      ),
    )
  })

  it('falls on no row that is in the table after all', async () => {
    const stored: number[] = []
    const insert = async (lines: readonly Line[]) => {
      stored.push(...lines.map(({ index }) => index))
      throw refuse(27)
    }
    const look = async (lines: readonly Line[]) => lines.filter(({ index }) => !stored.includes(index))
    expect(await insertStorable(insert, [line(0), line(1), line(2)], true, look)).toEqual([])
    expect(stored).toEqual([0, 1, 2])
  })

  it('falls on no row when the engine is the trouble', async () => {
    await expect(insertStorable(() => Promise.reject(refuse(241)), [line(0), line(1)], true, nothingStored)).rejects.toThrow('no')
  })

  it('falls on no row when every one fails for an unknown reason', async () => {
    await expect(insertStorable(() => Promise.reject(refuse(4711)), [line(0), line(1)], true, nothingStored)).rejects.toThrow('no')
  })

  it('waits with an unknown reason until it was tried again', async () => {
    const tries: number[] = []
    const insert = async (lines: readonly Line[]) => {
      tries.push(lines.length)
      if (lines.length > 1) throw refuse(4711)
    }
    await expect(insertStorable(insert, [line(0), line(1)], false, nothingStored)).rejects.toThrow('no')
    expect(tries).toEqual([2])
  })
})
