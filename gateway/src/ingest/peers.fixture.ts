/** Events as published SDKs send them, ids and times made short. */

const CHROME = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/** Body of `POST /v1/b`, @segment/analytics-next 1.84 with batching. */
export const segmentBatch = {
  writeKey: 'wk_web',
  batch: [
    {
      timestamp: '2026-03-01T09:04:59.500Z',
      integrations: {},
      type: 'page',
      properties: {
        path: '/pricing',
        referrer: 'https://www.google.com/',
        search: '?utm_campaign=spring',
        title: 'Pricing',
        url: 'https://www.acme.com/pricing?utm_campaign=spring',
      },
      name: null,
      category: null,
      anonymousId: 'anon-seg',
      userId: null,
      context: {
        page: {
          path: '/pricing',
          referrer: 'https://www.google.com/',
          search: '?utm_campaign=spring',
          title: 'Pricing',
          url: 'https://www.acme.com/pricing?utm_campaign=spring',
        },
        userAgent: CHROME,
        userAgentData: { brands: [{ brand: 'Chromium', version: '140' }], mobile: false, platform: 'macOS' },
        locale: 'en-US',
        library: { name: 'analytics.js', version: 'npm:next-1.84.0' },
        timezone: 'Europe/Berlin',
        campaign: { name: 'spring' },
      },
      messageId: 'ajs-next-1',
      writeKey: 'wk_web',
      _metadata: { bundled: ['Segment.io'], unbundled: [], bundledIds: [] },
    },
    {
      timestamp: '2026-03-01T09:04:59.600Z',
      integrations: { All: true, Salesforce: false },
      userId: 'u_1',
      anonymousId: 'anon-seg',
      type: 'identify',
      traits: { email: 'Ana@Acme.test', plan: 'team' },
      context: { userAgent: CHROME, library: { name: 'analytics.js', version: 'npm:next-1.84.0' } },
      messageId: 'ajs-next-2',
      _metadata: { bundled: ['Segment.io'] },
    },
    {
      timestamp: '2026-03-01T09:04:59.700Z',
      integrations: {},
      groupId: 'acme',
      type: 'group',
      traits: { name: 'Acme', website: 'https://acme.test' },
      userId: 'u_1',
      anonymousId: 'anon-seg',
      context: { userAgent: CHROME },
      messageId: 'ajs-next-3',
    },
    {
      timestamp: '2026-03-01T09:04:59.800Z',
      integrations: {},
      event: 'Demo Requested',
      type: 'track',
      properties: { plan: 'team' },
      userId: 'u_1',
      anonymousId: 'anon-seg',
      context: { groupId: 'acme', userAgent: CHROME },
      messageId: 'ajs-next-4',
    },
  ],
  sentAt: '2026-03-01T09:05:00.000Z',
}

/** Body of `POST /v1/batch`, @segment/analytics-node 3. */
export const segmentNode = {
  batch: [
    {
      userId: 'u_1',
      event: 'Invoice Paid',
      type: 'track',
      properties: { amount: 10 },
      context: { groupId: 'acme', library: { name: '@segment/analytics-node', version: '3.1.0' } },
      timestamp: '2026-03-01T09:04:59.900Z',
      messageId: 'node-next-1',
      integrations: {},
      _metadata: { nodeVersion: '24.0.0', jsRuntime: 'node' },
    },
    {
      userId: 'u_1',
      previousId: 'old-1',
      type: 'alias',
      integrations: {},
      timestamp: '2026-03-01T09:04:59.910Z',
      messageId: 'node-next-2',
      context: { library: { name: '@segment/analytics-node', version: '3.1.0' } },
      _metadata: { nodeVersion: '24.0.0', jsRuntime: 'node' },
    },
  ],
  sentAt: '2026-03-01T09:05:00.000Z',
  writeKey: 'wk_srv',
}

/** Body of `POST /v1/identify`, @rudderstack/analytics-js 3.34: traits in the context only, '' for absent ids, originalTimestamp. */
export const rudderIdentify = {
  channel: 'web',
  context: {
    traits: { email: 'ben@acme.test', title: 'CTO' },
    sessionId: 1772355800123,
    sessionStart: true,
    campaign: {},
    library: { name: 'RudderLabs JavaScript SDK', version: '3.34.1', snippetVersion: null },
    locale: 'en-GB',
    userAgent: CHROME,
    app: { name: 'RudderLabs JavaScript SDK', version: '3.34.1', namespace: 'com.rudderlabs.javascript', installType: 'npm' },
    os: { name: '', version: '' },
    page: {
      path: '/signup',
      referrer: '$direct',
      referring_domain: '',
      search: '',
      title: 'Sign up',
      url: 'https://www.acme.com/signup',
      tab_url: 'https://www.acme.com/signup',
      initial_referrer: '$direct',
      initial_referring_domain: '',
    },
    screen: { density: 2, width: 1440, height: 900, innerWidth: 1440, innerHeight: 800 },
    timezone: 'GMT+0100',
  },
  type: 'identify',
  userId: 'u_2',
  anonymousId: 'anon-rud',
  groupId: '',
  traits: {},
  event: null,
  properties: null,
  originalTimestamp: '2026-03-01T09:04:59.000Z',
  integrations: { All: true },
  messageId: 'rud-1',
  sentAt: '2026-03-01T09:05:00.000Z',
}

/** Body of `POST /v1/batch`, @rudderstack/rudder-sdk-node 3: times on the batch as well, numeric id. */
export const rudderNode = {
  batch: [
    {
      type: 'track',
      userId: 42,
      event: 'Order Completed',
      properties: { order_id: 'o1', revenue: 9.5 },
      context: { library: { name: 'analytics-node', version: '3.0.0' } },
      _metadata: { nodeVersion: '24.0.0' },
      channel: 'server',
      originalTimestamp: '2026-03-01T09:04:58.000Z',
      messageId: 'node-rud-1',
    },
  ],
  timestamp: '2026-03-01T09:05:00.000Z',
  sentAt: '2026-03-01T09:05:00.000Z',
}
