import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { holderHere, isAliveHere } from './holder.ts'

test('of processes here it is known whether they live', () => {
  expect(isAliveHere(holderHere())).toBe(true)
  expect(isAliveHere(holderHere(1))).toBe(true)
  const { pid } = spawnSync('true')
  expect(isAliveHere(holderHere(pid))).toBe(false)
})

test('of one on another host, or in another container of the same name, nothing is known', () => {
  expect(isAliveHere(`other-${holderHere()}`)).toBeNull()
  expect(isAliveHere(`${hostname()}:1:${process.pid}`)).toBeNull()
})

test('of an older gateway, which named its host alone, it is known as before', () => {
  expect(isAliveHere(`${hostname()}:${process.pid}`)).toBe(true)
  expect(isAliveHere(`${hostname()}:${spawnSync('true').pid}`)).toBe(false)
})

test.runIf(process.platform === 'linux')('containers of a pod have different names for their process 1', () => {
  expect(holderHere(1)).toMatch(/:\d{6,}:1$/)
})
