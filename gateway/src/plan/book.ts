import type { Event } from '@waymark/schemas/event'
import type { PlanMode, TrackingPlan } from '@waymark/schemas/plan'
import { createPlanCheck, type PlanCheck } from './check.ts'
import type { ActivePlan, PlanHead } from './store.ts'
import type { Violation } from './violation.ts'

/** A plan as a source has it. */
export interface SourcePlan {
  readonly mode: PlanMode
  readonly plan: TrackingPlan
  /** Empty when the event is as planned. Never throws. */
  readonly check: (event: Event) => readonly Violation[]
}

/** The plans in force. Asking costs no disk and no query. */
export interface PlanBook {
  /** null for a source without a plan. */
  of(source: string): SourcePlan | null
  /** Whether an event of this source may be refused by its plan: then each must be looked at before the answer. */
  decides(source: string): boolean
  active(): readonly ActivePlan[]
  /** Takes over what is in force in the warehouse now; keeps what it has when that cannot be read. */
  reload(): Promise<void>
  close(): void
}

export interface PlanCopy {
  read(): Promise<readonly ActivePlan[]>
  write(plans: readonly ActivePlan[]): Promise<void>
}

export interface PlanBookEdges {
  readonly heads: () => Promise<readonly PlanHead[]>
  readonly plans: () => Promise<readonly ActivePlan[]>
  /** What was in force last, for a start while the warehouse is away. */
  readonly copy: PlanCopy
  /** Told once when the warehouse stops answering, and again after each recovery. */
  readonly onStale?: (error: unknown) => void
  /** Told once of each event of a plan that cannot be checked: it passes. */
  readonly onBroken?: (plan: string, error: unknown) => void
  /** Milliseconds between two reloads; 0 reloads only when asked. */
  readonly reloadMs?: number
}

const RELOAD_MS = 2000

/** Opens with the last good copy, then follows the warehouse: a push is known everywhere within seconds. */
export async function openPlanBook({
  heads,
  plans,
  copy,
  onStale,
  onBroken = () => undefined,
  reloadMs = RELOAD_MS,
}: PlanBookEdges): Promise<PlanBook> {
  let active = await copy.read()
  let bySource = indexed(active)
  // null: what the copy says may be old.
  let known: string | null = null
  let isStale = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function indexed(list: readonly ActivePlan[]): ReadonlyMap<string, SourcePlan> {
    const sources = new Map<string, SourcePlan>()
    for (const { plan } of list) {
      const check = harmless(plan, createPlanCheck(plan))
      for (const [source, mode] of Object.entries(plan.sources)) if (!sources.has(source)) sources.set(source, { mode, plan, check })
    }
    return sources
  }

  /** A plan that passed the lint can be checked with; should one not, no event may be lost for it. */
  function harmless({ id }: TrackingPlan, check: PlanCheck): PlanCheck {
    let isTold = false
    return event => {
      try {
        return check(event)
      } catch (error) {
        if (!isTold) onBroken(id, error)
        isTold = true
        return []
      }
    }
  }

  async function load(): Promise<void> {
    try {
      const text = JSON.stringify(await heads())
      if (text !== known) {
        const next = await plans()
        // An unchanged plan keeps what was compiled of it.
        if (JSON.stringify(next) !== JSON.stringify(active)) {
          bySource = indexed(next)
          active = next
          await copy.write(next)
        }
        known = text
      }
      isStale = false
    } catch (error) {
      if (!isStale) onStale?.(error)
      isStale = true
    }
  }

  // One after another: a reading under way may have begun before the change that the caller wants to see.
  const reload = () => {
    running = running.then(load)
    return running
  }

  function again(): void {
    if (isClosed || reloadMs === 0) return
    timer = setTimeout(() => reload().then(again), reloadMs)
    timer.unref()
  }
  again()

  const of = (source: string) => bySource.get(source) ?? bySource.get('*') ?? null
  return {
    of,
    decides(source) {
      const found = of(source)
      return found !== null && found.mode !== 'observe'
    },
    active: () => active,
    reload,
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
