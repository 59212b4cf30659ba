import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDeviceClocks, type Moment } from '../../enrich/devices.ts'
import { clockLine, parseClockLine } from './clockLine.ts'
import { type KeptClocksEdges, openKeptClocks } from './keptClocks.ts'

const NOON = Date.UTC(2026, 2, 1, 12)
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waymark-clocks-'))
})
afterEach(() => rm(folder, { recursive: true }))
const file = () => join(folder, 'clocks', 'gateway.jsonl')

function open(edges: Partial<KeptClocksEdges> = {}) {
  const told: string[] = []
  const clock = { at: NOON }
  return { told, clock, ...openKeptClocks(file(), { now: () => clock.at, onTrouble: message => told.push(message), ...edges }) }
}

const linesIn = (path = file()) => readFileSync(path, 'utf8').split('\n').slice(1, -1)
const descriptors = () => readdirSync('/proc/self/fd').length

/** What a device whose clock is ten days ahead sends in a request that is an hour under way, and at once half an hour later. */
const AHEAD = 10 * DAY
const stalled: Moment = { device: 'web\0ana', original: NOON + AHEAD - HOUR, sentAt: NOON + AHEAD - HOUR, receivedAt: NOON }
const later: Moment = { device: 'web\0ana', original: NOON + AHEAD - HOUR / 2, sentAt: NOON + AHEAD, receivedAt: NOON }

describe('what is known of devices’ clocks', () => {
  it('is known after a kill: an event told later does not come to stand before one told earlier', () => {
    const before = open()
    const first = before.clocks.place(stalled)
    before.save()
    const after = open().clocks.place(later)
    expect(after.timestamp).toBeGreaterThanOrEqual(first.timestamp)
    // Without what was kept it would.
    expect(createDeviceClocks().place(later).timestamp).toBeLessThan(first.timestamp)
  })

  it('places every event as if there had been no end, wherever it came', () => {
    const moment = fc.record({
      device: fc.constantFrom('a', 'b', 'c'),
      original: fc.integer({ min: NOON - DAY, max: NOON + DAY }),
      sentAt: fc.integer({ min: NOON - DAY, max: NOON + DAY }),
      gap: fc.constantFrom(0, 1, MINUTE, 10 * MINUTE),
      isSaved: fc.boolean(),
    })
    let n = 0
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 60 }), fc.nat(60), (moments, night) => {
        const path = join(folder, `${n++}.jsonl`)
        const steady = createDeviceClocks()
        let receivedAt = NOON
        const now = () => receivedAt
        let kept = openKeptClocks(path, { now })
        for (const [place, { device, original, sentAt, gap, isSaved }] of moments.entries()) {
          receivedAt += place === night ? 13 * HOUR : gap
          const one = { device, original, sentAt, receivedAt }
          expect(kept.clocks.place(one)).toEqual(steady.place(one))
          kept.save()
          if (isSaved) kept = openKeptClocks(path, { now })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('names no device in its file, which only its owner may read', () => {
    const { clocks, save } = open()
    clocks.place(stalled)
    save()
    expect(readFileSync(file(), 'utf8')).not.toContain('ana')
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const [other] = [open({ newSalt: () => 'another' })]
    expect([...other.clocks.all()]).toEqual([...clocks.all()])
  })

  it('survives a line that a full disk cut off, without a word', () => {
    const before = open()
    before.clocks.place(stalled)
    before.save()
    appendFileSync(file(), '["half a li')
    const after = open()
    expect([...after.clocks.all()]).toEqual([...before.clocks.all()])
    expect(after.told).toEqual([])
    after.clocks.place({ ...later, device: 'web\0bob' })
    after.save()
    expect([...open().clocks.all()]).toHaveLength(2)
  })

  it.each([
    ['is no journal', 'hello\n'],
    ['is of another format', '{"clocks":2,"salt":"s"}\n'],
    ['is empty', ''],
    ['is no text', Buffer.from([0, 255, 254, 10, 0])],
  ])('begins anew, and says so, with a file that %s', (_, content) => {
    mkdirSync(join(folder, 'clocks'))
    writeFileSync(file(), content)
    const { clocks, told, save } = open()
    expect([...clocks.all()]).toEqual([])
    expect(told.join()).toContain(file())
    clocks.place(stalled)
    save()
    expect([...open().clocks.all()]).toHaveLength(1)
  })

  it('loses a damaged line alone', () => {
    const before = open()
    for (const device of ['a', 'b', 'c']) before.clocks.place({ ...stalled, device })
    before.save()
    const [head, first, second = '', third] = readFileSync(file(), 'utf8').split('\n')
    writeFileSync(file(), [head, first, second.replace('[', '{'), third, ''].join('\n'))
    const after = open()
    expect([...after.clocks.all()].map(([key]) => key)).toEqual([...before.clocks.all()].map(([key]) => key).filter((_, n) => n !== 1))
    expect(after.told).toHaveLength(1)
  })

  it('goes on in memory when the file cannot be written, says so once, and is complete when it can again', () => {
    writeFileSync(join(folder, 'clocks'), 'a file where the folder belongs')
    const { clocks, told, save, clock } = open()
    for (const device of ['a', 'b']) {
      clocks.place({ ...stalled, device })
      save()
    }
    // The first is that nothing can be read there.
    expect(told.filter(message => message.includes('cannot be written'))).toHaveLength(1)
    return rm(join(folder, 'clocks')).then(() => {
      clock.at += MINUTE
      clocks.place({ ...stalled, device: 'c' })
      save()
      expect([...open().clocks.all()]).toHaveLength(3)
    })
  })

  it('takes no more room than twice its clocks', () => {
    const capacity = 10
    const { clocks, save } = open({ capacity })
    let most = 0
    for (let n = 0; n < 200; n++) {
      clocks.place({ ...stalled, device: `${n % 30}`, receivedAt: NOON + n })
      save()
      most = Math.max(most, linesIn().length)
    }
    expect(most).toBeLessThanOrEqual(2 * capacity)
    expect([...open({ capacity }).clocks.all()].length).toBeGreaterThanOrEqual(capacity / 2)
  })

  it('is written anew at opening, each device once', () => {
    const before = open()
    for (let n = 0; n < 20; n++) {
      before.clocks.place({ ...stalled, device: `${n % 3}`, receivedAt: NOON + n })
      before.save()
    }
    expect(linesIn()).toHaveLength(20)
    expect(new Map(open().clocks.all())).toEqual(new Map(before.clocks.all()))
    expect(linesIn()).toHaveLength(3)
  })

  it('never grows to what it would not read again, and keeps those heard of last', () => {
    const mostBytes = 20_000
    const kept = open({ mostBytes })
    for (let n = 0; n < 400; n++) {
      kept.clocks.place({ ...stalled, device: `${n}`, receivedAt: NOON + n })
      kept.save()
      expect(statSync(file()).size).toBeLessThanOrEqual(mostBytes)
    }
    expect(kept.told).toEqual([])
    const after = open({ mostBytes })
    expect(after.told).toEqual([])
    const heard = [...after.clocks.all()].map(([, { at }]) => at - NOON)
    expect(heard.length).toBeGreaterThan(40)
    expect(heard).toEqual(heard.map((_, place) => 400 - heard.length + place))
  })

  it('forgets who was not heard of for a day: at opening, and where nothing comes any more', () => {
    const idle = open()
    idle.clocks.place({ ...stalled, device: 'early' })
    idle.save()
    idle.clock.at = NOON + HOUR
    idle.clocks.place({ ...stalled, device: 'late', receivedAt: NOON + HOUR })
    idle.save()
    idle.clock.at = NOON + DAY
    idle.tidy()
    expect(linesIn()).toHaveLength(2)
    expect([...open({ now: () => NOON + DAY + 1 }).clocks.all()]).toHaveLength(1)
    expect(linesIn()).toHaveLength(1)
    idle.clock.at = NOON + DAY + HOUR + 1
    idle.clocks.place({ ...stalled, device: 'third', receivedAt: idle.clock.at })
    idle.save()
    idle.clock.at += DAY + 1
    idle.tidy()
    expect(linesIn()).toHaveLength(0)
  })

  it('leaves no journal of a process that is no more for longer than a day', () => {
    const kept = open()
    const put = (name: string, at: number) => {
      const path = join(folder, 'clocks', name)
      mkdirSync(join(folder, 'clocks'), { recursive: true })
      writeFileSync(path, '')
      utimesSync(path, at / 1000, at / 1000)
    }
    const left = () => readdirSync(join(folder, 'clocks')).sort()
    const old = ['gateway-2.jsonl', 'gateway-2.jsonl.new', 'gateway.jsonl.0a0b.new']
    for (const name of [...old, 'notes.txt']) put(name, NOON - DAY - 1)
    put('gateway-3.jsonl', NOON - DAY + 1)
    open()
    expect(left()).toEqual(['gateway-3.jsonl', 'notes.txt'])
    kept.clock.at += 2
    kept.tidy()
    expect(left()).toEqual(['notes.txt'])
  })

  it('is complete again when somebody took its name away', () => {
    const kept = open()
    for (const device of ['a', 'b']) {
      kept.clocks.place({ ...stalled, device })
      kept.save()
      writeFileSync(join(folder, 'other'), '')
      if (device === 'a') renameSync(join(folder, 'other'), file())
    }
    expect(linesIn()).toHaveLength(2)
  })

  it('takes no room on a volume that is nearly full, and is complete when there is room again', () => {
    const room = { free: 2 ** 30 }
    const kept = open({ freeBytes: () => room.free })
    const hear = (device: string) => {
      kept.clocks.place({ ...stalled, device })
      kept.save()
    }
    hear('a')
    room.free = 20 * 2 ** 20
    const before = statSync(file()).size
    for (const device of ['b', 'c']) hear(device)
    expect(statSync(file()).size).toBe(before)
    expect(kept.told).toEqual([expect.stringContaining('nearly full')])
    room.free = 2 ** 30
    hear('d')
    expect(statSync(file()).size).toBe(before)
    kept.clock.at += MINUTE
    hear('e')
    expect(linesIn()).toHaveLength(5)
  })

  it.runIf(existsSync('/proc/self/fd'))(
    'leaves neither files nor descriptors behind where it cannot be written, and does not try at once',
    () => {
      mkdirSync(join(file(), 'a folder in its place'), { recursive: true })
      const kept = open()
      const before = descriptors()
      let tries = 0
      const counting = open({ freeBytes: () => ++tries && 2 ** 40 })
      for (let n = 0; n < 40; n++) {
        for (const { clocks, save } of [kept, counting]) {
          clocks.place({ ...stalled, receivedAt: NOON + n })
          save()
        }
        kept.clock.at += 2 * MINUTE
      }
      expect(descriptors()).toBe(before)
      expect(readdirSync(join(folder, 'clocks'))).toEqual(['gateway.jsonl'])
      expect(kept.told).toHaveLength(1)
      expect(tries).toBe(1)
    },
  )
})

describe('a line of the file', () => {
  it('is read as what was written', () => {
    const clocks = createDeviceClocks()
    for (const moment of [stalled, later, { ...later, receivedAt: NOON + 13 * HOUR }]) {
      clocks.place(moment)
      for (const entry of clocks.all()) expect(parseClockLine(clockLine(entry))).toEqual(entry)
    }
  })

  it('is never something else, whatever it holds', () => {
    const [entry] = (() => {
      const clocks = createDeviceClocks()
      clocks.place(stalled)
      return [...clocks.all()]
    })()
    if (entry === undefined) throw new Error('no clock')
    const line = clockLine(entry)
    fc.assert(
      fc.property(fc.nat(line.length - 2), fc.constantFrom('x', '"', ',', '[', 'null', ''), (at, put) => {
        const found = parseClockLine(line.slice(0, at) + put + line.slice(at + 1))
        if (found === null) return
        const placed = createDeviceClocks(10, { known: [found] }).place({ ...later, device: found[0] })
        expect(Number.isSafeInteger(placed.timestamp)).toBe(true)
      }),
    )
    for (const wrong of [
      '',
      '1',
      '[]',
      'null',
      '{"a":1}',
      '["k",[1,null],1,1,1,null,1,[]]',
      '["k",[1,null],1,1,1,null,1,[[null,null,null]]]',
    ])
      expect(parseClockLine(wrong)).toBe(null)
  })
})
