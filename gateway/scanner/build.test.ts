import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { compile, SCANNER_FILE } from './build.ts'

it('the committed module is what its sources compile to (else: npm run scanner)', async () => {
  expect(Buffer.compare(await compile(), await readFile(SCANNER_FILE))).toBe(0)
})
