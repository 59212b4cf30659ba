export interface SettingsFor {
  readonly writeKey: string
  /** Where the page reaches the gateway, e.g. `https://collect.acme.com`. */
  readonly reachedAt: string
}

/**
 * The settings of a source as analytics-next reads them before it sends anything. They name the host, so that `AnalyticsBrowser.load({ writeKey, cdnURL })`
 * is all that a page says; options of the page itself override everything but `httpConfig`.
 */
export function segmentSettings({ writeKey, reachedAt }: SettingsFor) {
  const { protocol, host, pathname } = new URL(reachedAt)
  return {
    integrations: {
      // The only one: a second makes the SDK fetch device-mode destinations.
      'Segment.io': {
        apiKey: writeKey,
        apiHost: `${host}${pathname === '/' ? '' : pathname}/v1`,
        protocol: protocol.slice(0, -1),
        retryQueue: true,
        unbundledIntegrations: [],
        addBundledMetadata: true,
        maybeBundledConfigIds: {},
        versionSettings: { componentTypes: ['browser'] },
        deliveryStrategy: DELIVERY,
        httpConfig: RETRIES,
      },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    middlewareSettings: { routingRules: [] },
    enabledMiddleware: {},
    remotePlugins: [],
    // The SDK's reports about itself go to its maker's format, which nothing here reads.
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    analyticsNextEnabled: true,
    consentSettings: { allCategories: [], hasUnmappedDestinations: true },
  }
}

/**
 * One request for each call, which outlives its page. With batches the SDK keeps events in memory until they go: of 80 called in tasks that left
 * their page it lost more than a third for ever, and none of these (test/peers/delivery.test.ts).
 */
const DELIVERY = { strategy: 'standard', config: { keepalive: true } } as const

/**
 * Seconds. An hour's outage is waited out instead of the SDK's four minutes: a hundred tries, at most a minute apart. A key that was made a
 * moment ago is unknown to other processes for some seconds, so 401 is tried again too.
 */
const RETRIES = {
  rateLimitConfig: { maxRetryCount: 100, maxRetryInterval: 300 },
  backoffConfig: { maxRetryCount: 100, baseBackoffInterval: 0.5, maxBackoffInterval: 60, statusCodeOverrides: { '401': 'retry' } },
} as const
