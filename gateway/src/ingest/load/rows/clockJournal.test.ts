import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clocksBench, DAY, later, MINUTE, NOON, stalled } from './keptClocks.fixture.ts'

const bench = clocksBench()
const descriptors = () => readdirSync('/proc/self/fd').length

describe('the file of devices’ clocks', () => {
  it('survives a line that a full disk cut off, without a word', () => {
    const before = bench.open()
    before.clocks.place(stalled)
    before.save()
    appendFileSync(bench.file, '["half a li')
    const after = bench.open()
    expect([...after.clocks.all()]).toEqual([...before.clocks.all()])
    expect(after.told).toEqual([])
    after.clocks.place({ ...later, device: 'web\0bob' })
    after.save()
    expect([...bench.open().clocks.all()]).toHaveLength(2)
  })

  it.each([
    ['is no journal', 'hello\n'],
    ['is of another format', '{"clocks":2,"salt":"s"}\n'],
    ['is empty', ''],
    ['is no text', Buffer.from([0, 255, 254, 10, 0])],
  ])('begins anew, and says so, with a file that %s', (_, content) => {
    mkdirSync(join(bench.folder, 'clocks'))
    writeFileSync(bench.file, content)
    const { clocks, told, save } = bench.open()
    expect([...clocks.all()]).toEqual([])
    expect(told.join()).toContain(bench.file)
    clocks.place(stalled)
    save()
    expect([...bench.open().clocks.all()]).toHaveLength(1)
  })

  it('loses a damaged line alone', () => {
    const before = bench.open()
    for (const device of ['a', 'b', 'c']) before.clocks.place({ ...stalled, device })
    before.save()
    const [head, first, second = '', third] = readFileSync(bench.file, 'utf8').split('\n')
    writeFileSync(bench.file, [head, first, second.replace('[', '{'), third, ''].join('\n'))
    const after = bench.open()
    expect([...after.clocks.all()].map(([key]) => key)).toEqual([...before.clocks.all()].map(([key]) => key).filter((_, n) => n !== 1))
    expect(after.told).toHaveLength(1)
  })

  it('takes no more room than twice its clocks', () => {
    const capacity = 10
    const { clocks, save } = bench.open({ capacity })
    let most = 0
    for (let n = 0; n < 200; n++) {
      clocks.place({ ...stalled, device: `${n % 30}`, receivedAt: NOON + n })
      save()
      most = Math.max(most, bench.lines().length)
    }
    expect(most).toBeLessThanOrEqual(2 * capacity)
    expect([...bench.open({ capacity }).clocks.all()].length).toBeGreaterThanOrEqual(capacity / 2)
  })

  it('is written anew at opening, each device once', () => {
    const before = bench.open()
    for (let n = 0; n < 20; n++) {
      before.clocks.place({ ...stalled, device: `${n % 3}`, receivedAt: NOON + n })
      before.save()
    }
    expect(bench.lines()).toHaveLength(20)
    expect(new Map(bench.open().clocks.all())).toEqual(new Map(before.clocks.all()))
    expect(bench.lines()).toHaveLength(3)
  })

  it('never grows to what it would not read again, and keeps those heard of last', () => {
    const mostBytes = 20_000
    const kept = bench.open({ mostBytes })
    for (let n = 0; n < 400; n++) {
      kept.clocks.place({ ...stalled, device: `${n}`, receivedAt: NOON + n })
      kept.save()
      expect(statSync(bench.file).size).toBeLessThanOrEqual(mostBytes)
    }
    expect(kept.told).toEqual([])
    const after = bench.open({ mostBytes })
    expect(after.told).toEqual([])
    const heard = [...after.clocks.all()].map(([, { at }]) => at - NOON)
    expect(heard.length).toBeGreaterThan(40)
    expect(heard).toEqual(heard.map((_, place) => 400 - heard.length + place))
  })

  it('leaves no journal of a process that is no more for longer than a day', () => {
    const kept = bench.open()
    const put = (name: string, at: number) => {
      const path = join(bench.folder, 'clocks', name)
      mkdirSync(join(bench.folder, 'clocks'), { recursive: true })
      writeFileSync(path, '')
      utimesSync(path, at / 1000, at / 1000)
    }
    const left = () => readdirSync(join(bench.folder, 'clocks')).sort()
    const old = ['gateway-2.jsonl', 'gateway-2.jsonl.new', 'gateway.jsonl.0a0b.new']
    for (const name of [...old, 'notes.txt']) put(name, NOON - DAY - 1)
    put('gateway-3.jsonl', NOON - DAY + 1)
    bench.open()
    expect(left()).toEqual(['gateway-3.jsonl', 'notes.txt'])
    kept.clock.at += 2
    kept.tidy()
    expect(left()).toEqual(['notes.txt'])
  })

  it('is complete again when somebody took its name away', () => {
    const kept = bench.open()
    for (const device of ['a', 'b']) {
      kept.clocks.place({ ...stalled, device })
      kept.save()
      writeFileSync(join(bench.folder, 'other'), '')
      if (device === 'a') renameSync(join(bench.folder, 'other'), bench.file)
    }
    expect(bench.lines()).toHaveLength(2)
  })

  it('takes no room on a volume that is nearly full, and is complete when there is room again', () => {
    const room = { free: 2 ** 30 }
    const kept = bench.open({ freeBytes: () => room.free })
    const hear = (device: string) => {
      kept.clocks.place({ ...stalled, device })
      kept.save()
    }
    hear('a')
    room.free = 20 * 2 ** 20
    const before = statSync(bench.file).size
    for (const device of ['b', 'c']) hear(device)
    expect(statSync(bench.file).size).toBe(before)
    expect(kept.told).toEqual([expect.stringContaining('nearly full')])
    room.free = 2 ** 30
    hear('d')
    expect(statSync(bench.file).size).toBe(before)
    kept.clock.at += MINUTE
    hear('e')
    expect(bench.lines()).toHaveLength(5)
  })

  it.runIf(existsSync('/proc/self/fd'))(
    'leaves neither files nor descriptors behind where it cannot be written, and does not try at once',
    () => {
      mkdirSync(join(bench.file, 'a folder in its place'), { recursive: true })
      const kept = bench.open()
      const before = descriptors()
      let tries = 0
      const counting = bench.open({ freeBytes: () => ++tries && 2 ** 40 })
      for (let n = 0; n < 40; n++) {
        for (const { clocks, save } of [kept, counting]) {
          clocks.place({ ...stalled, receivedAt: NOON + n })
          save()
        }
        kept.clock.at += 2 * MINUTE
      }
      expect(descriptors()).toBe(before)
      expect(readdirSync(join(bench.folder, 'clocks'))).toEqual(['gateway.jsonl'])
      expect(kept.told).toHaveLength(1)
      expect(tries).toBe(1)
    },
  )
})
