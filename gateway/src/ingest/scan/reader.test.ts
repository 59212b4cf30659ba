import { describe, expect, it } from 'vitest'
import { createReader } from './reader.ts'
import { batchOf, bytesOf, check, event, isScanned } from './scanner.fixture.ts'
import { createScanner } from './scanner.ts'

const OFFSETS = Array.from({ length: 40 }, (_, offset) => offset)

describe('what is looked at 16 bytes at a time', () => {
  it.each([
    ['an escaped quote', '\\"', true],
    ['an escaped backslash', '\\\\', true],
    ['an escape that JSON does not have', '\\x', false],
    ['an escape by code', '\\u0041', false],
    ['a control character', '\u001f', false],
    ['a zero', '\0', false],
    ['the last of the ASCII characters', '\u007f', true],
    ['a character of two bytes', 'ü', true],
    ['a character of three bytes', '€', true],
    ['a character of four bytes', '😀', true],
    ['wide characters between escapes', 'ü\\n€\\t😀', true],
    ['half of a character', Buffer.from([0xe2, 0x82]), false],
    ['a byte that no character begins with', Buffer.from([0xff]), false],
  ])('is read as the parser reads it, with %s at any place in it', (_, odd, isGood) => {
    for (const before of OFFSETS) {
      for (const after of [0, 1, 15, 16, 17]) {
        const [head = '', tail = ''] = JSON.stringify(batchOf(event({ properties: { text: '|' } }))).split('|')
        const body = Buffer.concat(
          [head, 'x'.repeat(before), odd, 'y'.repeat(after), tail].map(part => (typeof part === 'string' ? Buffer.from(part) : part)),
        )
        expect([before, after, check(body)]).toEqual([before, after, isGood])
      }
    }
  })

  it.each([
    ['a wide character', 'ü', true],
    ['an escape', '\\n', false],
    ['a control character', '\u001f', false],
  ])('is a key with %s at any place in it', (_, odd, isGood) => {
    for (const before of OFFSETS) {
      const json = JSON.stringify(batchOf(event({ properties: { '|': 1 } })))
      const key = (text: string) => Buffer.from(json.replace('|', text))
      expect([before, check(key(`${'k'.repeat(before)}${odd}k`))]).toEqual([before, isGood])
      // What stands in the place of the closing quote does not close it.
      expect([before, check(Buffer.from(json.replace('|"', `${'k'.repeat(before)}${odd}`)))]).toEqual([before, false])
    }
  })

  it('is a key of any length, which no other of its object may be', () => {
    for (const length of OFFSETS.slice(1)) {
      const key = 'k'.repeat(length)
      const withKey = (other: string) => `{"batch":[${JSON.stringify(event()).slice(0, -1)},"properties":{"${key}":1,"${other}":2}}]}`
      expect([length, isScanned(withKey(key))]).toEqual([length, false])
      for (let place = 0; place < length; place++) {
        const other = `${key.slice(0, place)}K${key.slice(place + 1)}`
        expect([length, place, check(Buffer.from(withKey(other)))]).toEqual([length, place, true])
      }
    }
  })

  it('is a name that means something, and no name that is nearly the same', () => {
    const named = (name: string) => isScanned(batchOf({ ...event(), [name]: '203.0.113.9' }))
    expect(['ip', 'request_ip'].filter(named)).toEqual([])
    const nearly = ['i', 'ipp', 'iq', 'Ip', 'request_i', 'request_iq', 'sequest_ip', 'request_ipp', 'request_ip\u007f']
    expect(nearly.filter(name => !named(name))).toEqual([])
    // A time as a number is left to the parser.
    const timed = (name: string) => isScanned(batchOf({ ...event(), [name]: 17 }))
    expect(['timestamp', 'originalTimestamp'].filter(timed)).toEqual([])
    const nearlyTimed = ['timestam', 'timestamps', 'originalTimestam', 'originalTimestamp2', 'originalTimestaMp', 'riginalTimestamp']
    expect(nearlyTimed.filter(name => !timed(name))).toEqual([])
  })
})

describe('the memory of a reader', () => {
  it('shows nothing of a longer body that came before', () => {
    const scan = createScanner()
    const whole = bytesOf(batchOf(event({ properties: { 'a key of more than sixteen bytes': [1.5, true, null, { b: 'ü' }] } })))
    for (let length = 0; length < whole.length; length++) {
      expect(scan(whole, { single: false })?.count).toBe(1)
      expect([length, scan(whole.subarray(0, length), { single: false })]).toEqual([length, null])
    }
  })

  it('grows with the largest body, and what is found in it is found there', () => {
    const scan = createScanner()
    for (const kib of [1, 100, 1000, 4000, 1, 4900]) {
      const events = Array.from({ length: kib }, (_, place) => event({ messageId: `m${kib}-${place}`, properties: { a: 'x'.repeat(900) } }))
      const body = bytesOf({ ...batchOf(...events.slice(0, 2500)), writeKey: `wk${kib}` })
      const found = scan(body, { single: false })
      const last = Math.min(kib, 2500) - 1
      expect(body.toString('utf8', found?.idStarts[last], found?.idEnds[last])).toBe(`m${kib}-${last}`)
      expect(found?.envelope('writeKey')).toBe(`wk${kib}`)
    }
  })

  it('is not there where WebAssembly cannot run the module; then nothing is sure', () => {
    let told = 0
    const unknown = createReader(() => void told++, new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff]))
    expect([unknown, told]).toEqual([null, 1])
    expect(createScanner(unknown)(bytesOf(batchOf(event())), { single: false })).toBeNull()
  })
})
