import { expect, test } from 'vitest'
import { createThrottle, MOST_TRIES, TRY_WINDOW_MS } from './throttle.ts'

test('the addresses of one IPv6 subscriber share their tries, others have their own', () => {
  const throttle = createThrottle(() => 1_000)
  for (let n = 0; n < MOST_TRIES; n++) expect(throttle.take(`2001:db8:1:2::${n}`)).toBe(0)
  expect(throttle.take('2001:db8:1:2:ffff::1')).toBe(TRY_WINDOW_MS / 1000)
  expect(throttle.take('2001:db8:1:3::1')).toBe(0)
  expect(throttle.take('203.0.113.7')).toBe(0)
})
