import { expect, test } from 'vitest'
import { createMetricsRoutes, type MetricsRouteDeps } from './routes.ts'

const METRICS_KEY = 'a-key-for-the-scraper'

function ask(deps: Partial<MetricsRouteDeps>, headers: Record<string, string>): Promise<number> {
  const metrics = { text: async () => 'x\n' }
  const mayRead = (presented: string) => presented === 'sk_reader'
  const app = createMetricsRoutes({ metrics, metricsKey: null, host: '127.0.0.1', trustProxy: false, mayRead, ...deps })
  return Promise.resolve(app.request('/metrics', { headers: { host: '127.0.0.1:8090', ...headers } })).then(({ status }) => status)
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

test.each([
  ['on loopback, asked from here', {}, {}, 200],
  ['on loopback by the name localhost', {}, { host: 'localhost:8090' }, 200],
  ['on loopback, by a name that was made to point here', {}, { host: 'attacker.example' }, 401],
  ['on loopback, through a proxy', {}, { 'x-forwarded-for': '203.0.113.9' }, 401],
  ['on loopback, from a page', {}, { origin: 'http://127.0.0.1:3000' }, 401],
  ['with TRUST_PROXY', { trustProxy: true }, {}, 401],
  ['on every address', { host: '0.0.0.0' }, {}, 401],
  ['on every address, with a secret key that reads', { host: '0.0.0.0' }, bearer('sk_reader'), 200],
  ['on every address, with a secret key from a page', { host: '0.0.0.0' }, { ...bearer('sk_reader'), origin: 'https://x.example' }, 401],
  ['on every address, with another key', { host: '0.0.0.0' }, bearer('sk_other'), 401],
  ['with METRICS_KEY, without it', { metricsKey: METRICS_KEY }, {}, 401],
  ['with METRICS_KEY, with it', { metricsKey: METRICS_KEY, host: '0.0.0.0' }, bearer(METRICS_KEY), 200],
  ['with METRICS_KEY, with a wrong one', { metricsKey: METRICS_KEY }, bearer('a-key-for-the-scrapeR'), 401],
] as const)('%s', async (_, deps, headers, status) => {
  expect(await ask(deps, headers)).toBe(status)
})
