import { describe, expect, test } from 'vitest'
import { loadConfig } from '../config.ts'
import { parseHistory, senderKeys, simulateCommand } from './simulateCommand.ts'

const NOW = Date.parse('2026-03-05T14:20:00Z')

describe('waymark simulate', () => {
  test('ends at the last midnight unless told, so that a second run of the day repeats the first', () => {
    const usual = { seed: 1, companies: 300, days: 90, end: Date.parse('2026-03-05T00:00:00Z') }
    expect(parseHistory({}, NOW)).toEqual(usual)
    expect(parseHistory({}, NOW + 3_600_000)).toEqual(usual)
    expect(parseHistory({ seed: '9', companies: '12', days: '30', end: '2026-03-01T10:00:00Z' }, NOW)).toEqual({
      seed: 9,
      companies: 12,
      days: 30,
      end: Date.parse('2026-03-01T10:00:00Z'),
    })
  })

  test.each([
    [{ companies: '0' }, /--companies must be a whole number from 1/],
    [{ days: '3.5' }, /--days must be a whole number from 7/],
    [{ seed: 'x' }, /--seed must be a whole number/],
    [{ end: 'yesterday' }, /--end “yesterday” is no ISO 8601 date/],
    [{ end: '2026-03-06' }, /is in the future/],
  ])('%j is refused with what to write instead', (values, message) => {
    expect(() => parseHistory(values, NOW)).toThrow(message)
  })

  test('sends the keys of this machine to no gateway that --host names', async () => {
    const told: string[] = []
    const terminal = { out: () => undefined, err: (text: string) => void told.push(text), isTty: false, columns: 80 }
    const config = loadConfig({ WRITE_KEYS: 'web:wk_web,api:wk_api:server' }, '/nowhere')
    const edges = { config, terminal, signals: { once: () => undefined }, now: () => NOW }
    expect(await simulateCommand(['--host', 'http://127.0.0.1:9'], edges)).toBe(2)
    expect(told.join('')).toContain('Give --key for the gateway at http://127.0.0.1:9')
  })

  test('speaks as a page with a public key and as a back end with a private one; one key has to do for both', () => {
    const web = { name: 'web', key: 'wk_web', server: false }
    const api = { name: 'api', key: 'wk_api', server: true }
    expect(senderKeys([api, web])).toEqual({ browser: 'wk_web', server: 'wk_api' })
    expect(senderKeys([web])).toEqual({ browser: 'wk_web', server: 'wk_web' })
    expect(senderKeys([])).toBeNull()
  })
})
