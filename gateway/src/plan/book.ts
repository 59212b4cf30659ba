import { type OnBroken, plansBySource } from './bySource.ts'
import { mayRefuse, type SourcePlan } from './sourcePlan.ts'
import type { ActivePlan, PlanHead } from './store.ts'

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
  readonly onBroken?: OnBroken
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
  const indexed = (list: readonly ActivePlan[]) =>
    plansBySource(
      list.map(({ plan }) => plan),
      onBroken,
    )
  let of = indexed(active)
  // null: what the copy says may be old.
  let known: string | null = null
  let isStale = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  async function load(): Promise<void> {
    try {
      const text = JSON.stringify(await heads())
      if (text !== known) {
        const next = await plans()
        // An unchanged plan keeps what was compiled of it.
        if (JSON.stringify(next) !== JSON.stringify(active)) {
          of = indexed(next)
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

  return {
    of: source => of(source),
    decides: source => mayRefuse(of(source)),
    active: () => active,
    reload,
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
