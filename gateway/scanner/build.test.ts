import { expect, it } from 'vitest'
import { readScanner } from '../src/ingest/scan/module.ts'
import { compile } from './build.ts'

it('the committed module is what its sources compile to (else: npm run scanner)', async () => {
  expect(Buffer.compare(await compile(), readScanner())).toBe(0)
})
