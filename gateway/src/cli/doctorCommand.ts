import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { spanWords } from '../health/words.ts'
import type { CommandEdges } from './command.ts'
import { type Diagnosis, say } from './doctor/diagnosis.ts'
import { folderChecks } from './doctor/folderChecks.ts'
import { gatewayChecks } from './doctor/gatewayChecks.ts'
import { machineChecks } from './doctor/machineChecks.ts'
import { spoolChecks } from './doctor/spoolChecks.ts'
import { warehouseChecks } from './doctor/warehouseChecks.ts'
import { exitCode } from './terminal.ts'

export const USAGE = 'waymark doctor [--drop-broken] [--json]'
const MARKS = { ok: 'ok  ', warn: 'WARN', bad: 'BAD ' } as const
/** Nothing of Waymark existed before. */
const BEGINNING = Date.UTC(2026, 0, 1)
const AHEAD_MS = 60_000

/** Looks at everything a gateway needs, whether one runs or not, and changes nothing but what --drop-broken removes; 1 when something is bad. */
export function doctorCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { config, terminal, now } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean' }, 'drop-broken': { type: 'boolean' } } })
    const gateway = await gatewayChecks(config.dataDir)
    const found: Diagnosis[] = [
      ...(await machineChecks(config)),
      ...(await clockChecks(config.dataDir, now())),
      ...(await folderChecks(config.dataDir)),
      ...(await spoolChecks(config.dataDir, now(), gateway.isRunning)),
      ...(await warehouseChecks(config, now, values['drop-broken'] === true)),
      ...gateway.found,
    ]
    const isBad = found.some(({ level }) => level === 'bad')
    if (values.json === true) terminal.out(`${JSON.stringify({ ok: !isBad, checks: found }, null, 2)}\n`)
    else terminal.out(`${found.map(line).join('\n')}\n\n${summary(found)}\n`)
    return !isBad
  })
}

function line({ check, level, words, todo }: Diagnosis): string {
  const start = `${MARKS[level]}  ${check.padEnd(14)}`
  return `${start}${words}${todo === null ? '' : `\n${' '.repeat(start.length)}→ ${todo}`}`
}

function summary(found: readonly Diagnosis[]): string {
  const count = (level: Diagnosis['level']) => found.filter(diagnosis => diagnosis.level === level).length
  return `${count('ok')} ok, ${count('warn')} to look at, ${count('bad')} bad`
}

/** A clock that was set back shows in the names of the segments, which begin with the microsecond of their making. */
async function clockChecks(dataDir: string, now: number): Promise<Diagnosis[]> {
  const at = say('clock')
  const names = await readdir(join(dataDir, 'spool'), { recursive: true }).catch(() => [])
  const newest = names.reduce((latest, name) => Math.max(latest, Number(/(\d{16})\.\w+$/.exec(name)?.[1] ?? 0) / 1000), 0)
  const iso = new Date(now).toISOString()
  if (now < BEGINNING) return [at('bad', `The clock says ${iso}.`, 'Events are placed by it: set it (NTP) before the gateway starts.')]
  if (newest - now > AHEAD_MS)
    return [
      at(
        'warn',
        `The clock says ${iso}, and the spool was written ${spanWords(newest - now)} later: it was set back.`,
        'Run NTP. Nothing is lost; events received meanwhile have the times of that clock.',
      ),
    ]
  return [at('ok', `The clock says ${iso}.`)]
}
