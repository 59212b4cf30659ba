import { readFile } from 'node:fs/promises'
import type { TrackingPlan } from '@waymark/schemas/plan'
import { lintPlanText } from '../plan/lint/lintPlan.ts'
import type { PlanProblem } from '../plan/lint/problem.ts'
import type { Terminal } from './terminal.ts'

export async function contentOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(cause => {
    throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  })
}

/** Warnings are told; mistakes end the command. */
export async function goodPlan(terminal: Pick<Terminal, 'err'>, file: string): Promise<TrackingPlan> {
  const { problems, plan } = await lintPlanText(await contentOf(file))
  tellProblems(terminal, file, problems)
  if (plan === null) throw new Error(`${file} is no plan that can be used`)
  return plan
}

export function tellProblems(terminal: Pick<Terminal, 'err'>, file: string, problems: readonly PlanProblem[]): void {
  for (const { level, path, message } of problems) terminal.err(`${file}${path === '' ? '' : `#${path}`}: ${level}: ${message}\n`)
}
