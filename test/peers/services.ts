/** Services that run a peer's Node SDK. */
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import type { Ids, PeerId } from './peers.ts'

export type NodePeerId = Extract<PeerId, 'analytics-node' | 'rudder-node'>

export interface Service {
  readonly writeKey: string
  readonly host: string
  readonly ids: Ids
  /** When the order was paid that is told of now. */
  readonly paidAt: Date
}

/** Makes all six calls; resolves when the SDK says that they are delivered, with the errors that it told of. */
export const SERVICES: Readonly<Record<NodePeerId, (service: Service) => Promise<string[]>>> = {
  async 'analytics-node'({ writeKey, host, ids, paidAt }) {
    const analytics = new Analytics({ writeKey, host })
    const errors: string[] = []
    analytics.on('error', error => errors.push(String(error.reason)))
    for (const [call, message] of callsOf(ids, paidAt)) analytics[call](message as never)
    await analytics.closeAndFlush({ timeout: 20_000 })
    return errors
  },
  async 'rudder-node'({ writeKey, host, ids, paidAt }) {
    const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl: host, logLevel: 'error' })
    const delivered = callsOf(ids, paidAt).map(
      ([call, message]) =>
        new Promise<void>((done, fail) => {
          // Its callback is typed without the error that it gets.
          const answered = ((error?: Error) => (error == null ? done() : fail(error))) as () => void
          analytics[call](message as never, answered)
        }),
    )
    await analytics.flush()
    await Promise.all(delivered)
    return []
  },
}

/** Both SDKs take the same messages. */
function callsOf({ userId, oldUserId, newUserId, groupId }: Ids, paidAt: Date) {
  return [
    ['page', { userId, name: 'Plans', properties: { section: 'plans', url: 'https://www.acme.test/plans' } }],
    ['identify', { userId, traits: { email: `${userId}@acme.test`, name: 'Ana Almeida' } }],
    ['group', { userId, groupId, traits: { name: 'Acme', website: 'https://acme.test' } }],
    ['track', { userId, event: 'Demo Requested', properties: { plan: 'team', seats: 5 }, timestamp: paidAt }],
    ['screen', { userId, name: 'Settings', properties: { tab: 'billing' } }],
    ['alias', { userId: newUserId, previousId: oldUserId }],
  ] as const
}
