import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { compile, MODULES } from './build.ts'

it.each(MODULES)('the committed $name is what its sources compile to (else: npm run wasm)', async module => {
  expect(Buffer.compare(await compile(module), await readFile(module.file))).toBe(0)
})
