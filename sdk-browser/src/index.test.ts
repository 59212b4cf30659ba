import { expect, test } from 'vitest'
import { createWaymark } from './index.ts'

test('on a server, where there is no document, every call does nothing', async () => {
  const waymark = createWaymark({ writeKey: 'wk', host: 'https://events.acme.test' })
  waymark.page()
  waymark.track('Rendered')
  waymark.identify('u_1')
  waymark.group('acme')
  waymark.alias('u_1')
  waymark.reset()
  waymark.consent({ analytics: true })
  waymark.on('error', () => undefined)()
  expect(waymark.anonymousId()).toBe('')
  expect(await waymark.flush()).toEqual({ delivered: 0, pending: 0, failed: 0 })
})
