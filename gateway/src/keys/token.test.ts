import { describe, expect, it } from 'vitest'
import { base62, hashKey, isSecretKeyForm, newSecretKey, newWriteKey } from './token.ts'

const zeros = (size: number) => Buffer.alloc(size)
const ones = (size: number) => Buffer.alloc(size, 0xff)

describe('keys', () => {
  it('have one length, whatever the random bytes are', () => {
    expect(newWriteKey(zeros)).toHaveLength(newWriteKey(ones).length)
    expect(newSecretKey(zeros)).toHaveLength(newSecretKey(ones).length)
  })

  it('are told apart from texts by their form and checksum', () => {
    const key = newSecretKey()
    expect(isSecretKeyForm(key)).toBe(true)
    expect(isSecretKeyForm(`${key.slice(0, 20)}${key[20] === 'a' ? 'b' : 'a'}${key.slice(21)}`)).toBe(false)
    expect(isSecretKeyForm('sk_test_1')).toBe(false)
  })

  it('differ each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => newWriteKey())).size).toBe(100)
  })

  it('are kept as SHA-256 in hex', () => {
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('count in base 62', () => {
    expect(base62(Buffer.from([0]))).toBe('00')
    expect(base62(Buffer.from([61]))).toBe('0z')
    expect(base62(Buffer.from([255]))).toBe('47')
  })
})
