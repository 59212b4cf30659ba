import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** Stands for `src/main.ts`, and starts the gateway's own thread: the folder of its cache is new, and nobody else's. */
const MAIN = `import { createRowThread } from '${new URL('src/ingest/load/rows/rowThread.ts', import.meta.url)}'
const rows = createRowThread()
await rows.rowsOf([])
console.log('rows are made')
if ((process.argv[2] satisfies string | undefined) === 'once') await rows.close()
else setInterval(() => undefined, 60_000)
`

/** Makes garbage that has lived for a moment, and tells how much of the heap was ever in use beside what lives. */
const WASTEFUL = `const heap = () => process.memoryUsage().heapUsed
const living = Array.from({ length: 1_200_000 }, (_, n) => ({ n }))
const moment: unknown[] = []
const live = heap()
let peak = 0
for (let turn = 0; turn < 500; turn++) {
  moment[turn % 4] = Array.from({ length: 10_000 }, (_, n) => ({ n }))
  peak = Math.max(peak, heap())
}
console.log('peak ' + peak / live, living.length)
`

const shared = { folder: '', running: [] as ChildProcess[] }
beforeEach(() => {
  shared.folder = mkdtempSync(join(tmpdir(), 'waymark-'))
  mkdirSync(join(shared.folder, 'src'))
  writeFileSync(join(shared.folder, 'package.json'), '{ "type": "module" }')
  copyFileSync(new URL('waymark.js', import.meta.url), join(shared.folder, 'waymark.js'))
  writeFileSync(join(shared.folder, 'src', 'main.ts'), MAIN)
})
afterEach(() => {
  for (const child of shared.running.splice(0)) child.kill('SIGKILL')
  rmSync(shared.folder, { recursive: true })
})

interface Started {
  /** With what Node tells of its cache. */
  readonly said: () => string
  readonly ended: Promise<number | null>
  kill(): Promise<unknown>
}

function start(...argv: readonly string[]): Started {
  const child = spawn(process.execPath, ['--max-semi-space-size=2', join(shared.folder, 'waymark.js'), ...argv], {
    env: { PATH: process.env.PATH ?? '', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
  })
  shared.running.push(child)
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => chunks.push(String(chunk)))
  const ended = new Promise<number | null>(done => child.once('close', done))
  return {
    said: () => chunks.join(''),
    ended,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

const named = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name = '']) => name))
/** Sources whose types this process had to strip. */
const stripped = (text: string) => named(text, /no transpile cache for StrippedTypeScript (\S+\.ts)/g)
/** Sources that an earlier process had stripped for this one. */
const taken = (text: string) => named(text, /retrieving transpile cache for StrippedTypeScript (\S+\.ts)\.\.\.success/g)

test('what Node makes of the sources is kept also by a process that is killed, and used by the next one and by its thread', async () => {
  const first = start()
  await vi.waitUntil(() => first.said().includes('rows are made'), { timeout: 20_000 })
  expect(stripped(first.said()).size).toBeGreaterThan(10)
  expect(taken(first.said()).has(new URL('src/ingest/load/rows/rowWorker.ts', import.meta.url).href)).toBe(false)

  // None of them is left to end by itself, which would write what the first one did not.
  await vi.waitFor(
    async () => {
      const next = start()
      await vi.waitUntil(() => next.said().includes('rows are made'), { timeout: 20_000 })
      await next.kill()
      expect([...stripped(next.said())]).toEqual([])
      expect([...taken(next.said())]).toEqual(
        expect.arrayContaining([expect.stringMatching(/\/src\/main\.ts$/), expect.stringMatching(/\/rows\/rowWorker\.ts$/)]),
      )
    },
    { timeout: 30_000, interval: 500 },
  )
}, 60_000)

test('where the folder cannot be made, the gateway starts without', async () => {
  writeFileSync(join(shared.folder, 'node_modules'), 'a file')
  const started = start('once')
  expect([await started.ended, started.said()]).toEqual([0, expect.stringContaining('rows are made')])
})

test('garbage never comes to as much as three times of what lives', async () => {
  writeFileSync(join(shared.folder, 'src', 'main.ts'), WASTEFUL)
  const started = start()
  expect(await started.ended).toBe(0)
  expect(Number(/peak (\S+)/.exec(started.said())?.[1])).toBeLessThan(2.5)
})
