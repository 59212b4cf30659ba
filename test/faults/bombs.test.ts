import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MALLOC } from '../gateway.ts'
import { bombs } from './f21.bombs.ts'
import { smokes } from './smoke.fixture.ts'

smokes([bombs])

test('test gateways give memory back as one does that is started by npm or by its name', () => {
  const words = Object.entries(MALLOC)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { scripts: { start: string } }
  const [shebang] = readFileSync(new URL('../../gateway/waymark.js', import.meta.url), 'utf8').split('\n')
  expect(scripts.start).toContain(`exec env ${words} node --max-semi-space-size=2 gateway/waymark.js`)
  expect(shebang).toBe(`#!/usr/bin/env -S ${words} node --max-semi-space-size=2`)
})
