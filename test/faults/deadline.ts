import type { Form } from './fault.ts'
import { endAll, livingNow, pause } from './launch.ts'
import { waitsNow } from './waits.ts'

/** Longer than any fault of that form ever took; a smoke ends before the test runner would end it without a word. */
export const LONGEST_MS: Readonly<Record<Form, number>> = { smoke: 150_000, middle: 45 * 60_000, long: 6 * 3_600_000 }
/** For what it does at its end, such as taking a volume away. */
const LEAVE_MS = 3_000
const TOLD_LINES = 15

/**
 * Rejects when `run` takes longer, with what it waits for; what its processes said last goes to `log`. They are ended then, and it may still
 * clear up behind itself.
 */
export async function inTime<T>(withinMs: number, run: () => Promise<T>, log: (line: string) => void): Promise<T> {
  const over = Promise.withResolvers<'over'>()
  const timer = setTimeout(() => over.resolve('over'), withinMs)
  const running = run()
  try {
    const first = await Promise.race([running.then(value => ({ value })), over.promise])
    if (first !== 'over') return first.value
    const waits = waitsNow()
    for (const wait of waits) log(wait)
    for (const { pid, output } of livingNow())
      log(`process ${pid} said last:\n${output().trimEnd().split('\n').slice(-TOLD_LINES).join('\n')}`)
    endAll()
    await Promise.race([running.catch(() => undefined), pause(LEAVE_MS)])
    throw new Error(`it did not end within ${withinMs / 1000} s: ${waits.at(-1) ?? 'it waits for nothing that it names'}`)
  } finally {
    clearTimeout(timer)
  }
}
