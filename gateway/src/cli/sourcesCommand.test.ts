import { expect, it } from 'vitest'
import { sharedDatabase, testEngine } from '../../../test/engine.ts'
import { loadConfig } from '../config.ts'
import { readSettingsForm } from '../console/sources/settingsForm.ts'
import { MOST_ORIGINS } from '../keys/origins.ts'
import { listSettings } from '../keys/settings.ts'
import { sourcesCommand } from './sourcesCommand.ts'

const shared = sharedDatabase()

async function sources(...argv: string[]) {
  const err: string[] = []
  const { url, writer } = testEngine()
  const CLICKHOUSE_URL = `http://${writer.username}:${writer.password}@${new URL(url).host}/${shared.db.name}`
  const code = await sourcesCommand(argv, {
    config: loadConfig({ CLICKHOUSE_URL, DATA_DIR: '/nowhere' }, '/'),
    terminal: { out: () => undefined, err: text => void err.push(text), isTty: false, columns: 80 },
    signals: { once: () => undefined },
    now: () => 1_700_000_000_000,
  })
  return { code, err: err.join('') }
}

it('the command takes as many origins for a source as the form of the console, so that either can keep what the other set', async () => {
  const origins = Array.from({ length: MOST_ORIGINS }, (_, n) => `https://site-${n}.example.com`)
  const tooMany = [...origins, 'https://one-more.example.com']
  const flags = (list: readonly string[]) => list.flatMap(origin => ['--origin', origin])
  const refused = await sources('set', 'web', ...flags(tooMany))
  expect(refused).toEqual({ code: 2, err: expect.stringContaining('--origin takes 200 origins at most') })
  expect(await listSettings(shared.db)).toEqual([])
  expect(await sources('set', 'web', ...flags(origins))).toEqual({ code: 0, err: '' })
  expect((await listSettings(shared.db)).map(settings => settings.origins)).toEqual([origins])
  expect(readSettingsForm('web', { origins: origins.join('\n') })).toMatchObject({ wanted: { origins } })
  expect(readSettingsForm('web', { origins: tooMany.join('\n') })).toMatchObject({ complaint: expect.stringContaining('more than 200') })
})

it('a variable of a script that is empty opens no source to every page, and lets nothing be stored that was not', async () => {
  expect((await sources('set', 'shop', '--origin', 'https://shop.example.com', '--never-store', 'ssn')).code).toBe(0)
  for (const [flag, way] of [
    ['--origin', '--any-origin'],
    ['--never-store', '--store-all'],
  ] as const)
    for (const given of ['', ' , ']) {
      expect(await sources('set', 'shop', flag, given)).toEqual({ code: 2, err: expect.stringMatching(`${flag} names none; ${way}`) })
      const kept = { origins: ['https://shop.example.com'], never_stored: ['ssn'] }
      expect((await listSettings(shared.db)).find(({ source_id }) => source_id === 'shop')).toMatchObject(kept)
    }
})
