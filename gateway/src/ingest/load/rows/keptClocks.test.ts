import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeviceClocks } from '../../enrich/devices.ts'
import { clocksBench, DAY, HOUR, later, MINUTE, NOON, stalled } from './keptClocks.fixture.ts'
import { openKeptClocks } from './keptClocks.ts'

const bench = clocksBench()

describe('what is known of devices’ clocks', () => {
  it('is known after a kill: an event told later does not come to stand before one told earlier', () => {
    const before = bench.open()
    const first = before.clocks.place(stalled)
    before.save()
    const after = bench.open().clocks.place(later)
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
        const path = join(bench.folder, `${n++}.jsonl`)
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
    const { clocks, save } = bench.open()
    clocks.place(stalled)
    save()
    expect(readFileSync(bench.file, 'utf8')).not.toContain('ana')
    expect(statSync(bench.file).mode & 0o777).toBe(0o600)
    const other = bench.open({ newSalt: () => 'another' })
    expect([...other.clocks.all()]).toEqual([...clocks.all()])
  })

  it('goes on in memory when the file cannot be written, says so once, and is complete when it can again', () => {
    writeFileSync(join(bench.folder, 'clocks'), 'a file where the folder belongs')
    const { clocks, told, save, clock } = bench.open()
    for (const device of ['a', 'b']) {
      clocks.place({ ...stalled, device })
      save()
    }
    // The first is that nothing can be read there.
    expect(told.filter(message => message.includes('cannot be written'))).toHaveLength(1)
    return rm(join(bench.folder, 'clocks')).then(() => {
      clock.at += MINUTE
      clocks.place({ ...stalled, device: 'c' })
      save()
      expect([...bench.open().clocks.all()]).toHaveLength(3)
    })
  })

  it('forgets who was not heard of for a day: at opening, and where nothing comes any more', () => {
    const idle = bench.open()
    idle.clocks.place({ ...stalled, device: 'early' })
    idle.save()
    idle.clock.at = NOON + HOUR
    idle.clocks.place({ ...stalled, device: 'late', receivedAt: NOON + HOUR })
    idle.save()
    idle.clock.at = NOON + DAY
    idle.tidy()
    expect(bench.lines()).toHaveLength(2)
    expect([...bench.open({ now: () => NOON + DAY + 1 }).clocks.all()]).toHaveLength(1)
    expect(bench.lines()).toHaveLength(1)
    idle.clock.at = NOON + DAY + HOUR + 1
    idle.clocks.place({ ...stalled, device: 'third', receivedAt: idle.clock.at })
    idle.save()
    idle.clock.at += DAY + 1
    idle.tidy()
    expect(bench.lines()).toHaveLength(0)
  })
})
