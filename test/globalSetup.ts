import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { EngineAccess } from '../gateway/src/db/engine/handover.ts'
import { openEngine } from '../gateway/src/db/engine/supervise.ts'

declare module 'vitest' {
  interface ProvidedContext {
    engine: EngineAccess
  }
}

const PREFIX = 'waymark-test-'

/** One engine for the whole run. It dies with this process, however that ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweep()
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const engine = await openEngine({ dataDir, memory: 3 * 2 ** 30, log: message => console.error(message) })
  project.provide('engine', { url: engine.url, writer: engine.writer, reader: engine.reader })
  return async () => {
    await engine.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Folders of runs that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
