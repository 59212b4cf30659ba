import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertExample } from '../read/example.fixture.ts'
import { MODELS, NOW } from '../read/rows.fixture.ts'
import { createReader } from '../read/warehouseReader.ts'
import { explainCommand } from './explain.ts'

describe('waymark explain', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    await insertExample(test.db)
  })
  afterAll(() => test.close())

  async function run(...argv: string[]) {
    const out: string[] = []
    const err: string[] = []
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text), isTty: false, columns: 80 }
    const code = await explainCommand(argv, { reader: createReader({ db: test.db, models: MODELS, now: () => NOW }), terminal })
    return { code, out: out.join(''), err: err.join('') }
  }

  it('tells score, reasons, stage, rule and people of an account in words', async () => {
    const { code, out } = await run('acme.example')
    expect(code).toBe(0)
    expect(out).toContain('Acme Logistics (acme.example)')
    expect(out).toContain('known as domain acme.example, group_id acme')
    expect(out).toContain('intent 66.4 of 100, warm, on 2026-11-20')
    expect(out).toMatch(/^ {3}\+31\.2 {2}Ana Silva requested a demo/m)
    expect(out).toMatch(/^ {4}−3\.1 {2}Bo Li viewed careers/m)
    expect(out).toContain('journey5: evaluate, active, since 2026-11-17, because of: hand-raise')
    expect(out).toContain(
      'people (2)\n  Bo Li <bo.li@acme.example>  known, last seen 2026-11-18, by email_domain, certainty 0.9\n  Ana Silva <ana@acme.example>, VP Operations  decision maker, last seen 2026-11-17,',
    )
  })

  it('shows points that add up as shown, but for the rounding of each line', async () => {
    const { out } = await run('acme')
    const shown = [...out.matchAll(/^ +([+−])([\d.]+) {2}(.*)$/gm)].map(([, sign, amount, words]) => ({
      points: Number(amount) * (sign === '+' ? 1 : -1),
      words,
    }))
    const together = shown.find(({ words }) => words === 'points together')?.points ?? Number.NaN
    const parts = shown.filter(({ words }) => words !== 'points together')
    expect(Math.abs(parts.reduce((sum, { points }) => sum + points, 0) - together)).toBeLessThanOrEqual(0.05 * (parts.length + 1))
  })

  it('goes back to a past day with the stage that held then', async () => {
    const { out } = await run('acme', '--at', '2026-10-30')
    expect(out).toContain('on 2026-10-30')
    expect(out).toContain('no touch counts')
    expect(out).toContain('journey5: consider, active, since 2026-10-21, because of: content or event')
    expect((await run('acme', '--at', '2026-01-01')).out).toContain('not on the journey')
  })

  it('gives everything as JSON', async () => {
    const { out } = await run('acme', '--json')
    expect(JSON.parse(out)).toMatchObject({
      account: { domain: 'acme.example', people: [{ label: 'Bo Li' }, { label: 'Ana Silva' }] },
      score: { points: 43.6417 },
      journey: { model: 'journey5' },
    })
  })

  it('ends with 1 for an unknown account and says what to do', async () => {
    const { code, err } = await run('nobody')
    expect(code).toBe(1)
    expect(err).toContain('No account has the key “nobody”')
    expect(err).toContain('waymark run')
  })

  it.each([
    [[], 'One account is needed'],
    [['a', 'b'], 'One account is needed'],
    [['a', '--at', 'yesterday'], '--at “yesterday” is not a day'],
    [['a', '--when', 'x'], '--when'],
  ])('ends with 2 and the usage for %j', async (argv, message) => {
    const { code, err } = await run(...argv)
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(err).toContain('Usage: waymark explain ACCOUNT')
  })
})
