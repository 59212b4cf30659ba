import { describe, expect, it } from 'vitest'
import type { Agent } from './agent.ts'
import { botSignal } from './bot.ts'
import { withHints } from './hints.ts'

const CHROME: Agent = { browser: 'Chrome', os: 'Windows', device: 'desktop', bot: '' }
const NOBODY: Agent = { browser: '', os: '', device: '', bot: '' }
function brands(...names: readonly string[]) {
  return names.map(brand => ({ brand, version: '140' }))
}

describe('client hints', () => {
  it.each([
    ['Brave', brands('Chromium', 'Brave', 'Not;A=Brand'), 'Brave'],
    ['Edge', brands('Not/A)Brand', 'Chromium', 'Microsoft Edge'), 'Edge'],
    ['a browser that also calls itself Chrome', brands('Google Chrome', 'Vivaldi'), 'Vivaldi'],
    ['Chrome', brands('Google Chrome', 'Chromium'), 'Chrome'],
    ['one that nobody knows', brands('Chromium', 'Foo'), 'Chrome'],
    ['no list', 'Brave', 'Chrome'],
  ])('tell %s by its brand', (_, list, browser) => {
    expect(withHints(CHROME, { userAgentData: { brands: list } }).browser).toBe(browser)
  })

  it.each([
    [CHROME, 'macOS', false, 'Mac OS', 'desktop'],
    [CHROME, 'Chrome OS', false, 'Chromium OS', 'desktop'],
    [CHROME, 'Android', true, 'Android', 'mobile'],
    [{ ...CHROME, os: 'Linux' }, 'Android', false, 'Android', 'tablet'],
    [{ ...CHROME, device: 'smarttv' }, 'Android', false, 'Android', 'smarttv'],
    [CHROME, 'Haiku', undefined, 'Windows', 'desktop'],
  ])('tell system and device where the user agent hides them', (agent, platform, mobile, os, device) => {
    expect(withHints(agent, { userAgentData: { platform, mobile } })).toMatchObject({ os, device })
  })

  it('tell a browser without a window, and keep the reason that is known', () => {
    const headless = { userAgentData: { brands: brands('HeadlessChrome', 'Chromium') } }
    expect(withHints(CHROME, headless).bot).toBe('headless browser')
    expect(withHints({ ...CHROME, bot: 'user agent: x' }, headless).bot).toBe('user agent: x')
  })

  it('change nothing where there are none', () => {
    expect(withHints(CHROME, {})).toBe(CHROME)
    expect(withHints(CHROME, { userAgentData: 'x', os: 'x' })).toBe(CHROME)
  })
})

it('what an app says of its machine fills what no user agent told', () => {
  const app = { os: { name: 'iPadOS', version: '18' }, device: { type: 'tablet' } }
  expect(withHints(NOBODY, app)).toEqual({ browser: '', os: 'iOS', device: 'tablet', bot: '' })
  expect(withHints(CHROME, app)).toBe(CHROME)
})

it('a screen without a size is nobody’s', () => {
  expect(botSignal({ screen: { width: 0, height: 0 } })).toBe('no screen')
  expect(botSignal({ screen: { width: 0, height: 900 } })).toBe('')
  expect(botSignal({})).toBe('')
})
