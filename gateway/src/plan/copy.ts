import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlanCopy } from './book.ts'
import type { ActivePlan } from './store.ts'

/** The plans that the warehouse gave last, so that they hold from the first event of a start while the engine is down. */
export function planCopy(dataDir: string): PlanCopy {
  const file = join(dataDir, 'tracking-plans.json')
  return {
    async read() {
      try {
        return JSON.parse(await readFile(file, 'utf8')) as ActivePlan[]
      } catch {
        return [] // none was ever pushed here, or the file is damaged: the warehouse tells within seconds
      }
    },
    async write(plans) {
      const temporary = `${file}.${randomUUID()}`
      await writeFile(temporary, `${JSON.stringify(plans)}\n`, { mode: 0o600 })
      await rename(temporary, file)
    },
  }
}
