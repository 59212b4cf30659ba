import { describe, expect, it } from 'vitest'
import { JobsBusy } from '../jobs/ledger.ts'
import { createRunNow } from './runNow.ts'

describe('a run that a person asks for', () => {
  const asked = (run: () => Promise<never[]>, patienceMs = 1000) => {
    const errors: unknown[] = []
    return { errors, runNow: createRunNow({ pipeline: { run }, onError: error => errors.push(error), patienceMs }) }
  }

  it('says how it ended, and tells the log why it failed', async () => {
    expect(await asked(async () => []).runNow()).toBe('done')
    expect(await asked(() => Promise.reject(new JobsBusy('other:1'))).runNow()).toBe('busy')
    const failing = asked(() => Promise.reject(new Error('boom')))
    expect(await failing.runNow()).toBe('failed')
    expect(failing.errors).toHaveLength(1)
  })

  it('goes on when the page does not wait any longer, and is not begun twice', async () => {
    const end = Promise.withResolvers<never[]>()
    const state = { begun: 0 }
    const { runNow } = asked(() => {
      state.begun += 1
      return end.promise
    }, 1)
    expect([await runNow(), await runNow()]).toEqual(['running', 'running'])
    expect(state.begun).toBe(1)
    end.resolve([])
    await end.promise
  })
})
