import { describe, expect, it } from 'vitest'
import { createIngestPath, pathComplaint } from './ingestPath.ts'

describe('INGEST_PATH', () => {
  const to = createIngestPath('/news/hello')

  it.each([
    ['/news/hello', '/v1/batch'],
    ['/news/hello?writeKey=wk', '/v1/batch?writeKey=wk'],
    ['/news/hello.js', '/waymark.js'],
    ['/news/hello.js?v=2', '/waymark.js?v=2'],
    ['/news/hello/v1/batch', '/v1/batch'],
    ['/news/hello/v1/t', '/v1/t'],
    ['/news/hello/v1/projects/wk_1/settings', '/v1/projects/wk_1/settings'],
    ['/news/hello/beacon/v1/batch?writeKey=wk', '/beacon/v1/batch?writeKey=wk'],
    ['/news/hello/analytics.js/v1/wk_1/analytics.min.js', '/analytics.js/v1/wk_1/analytics.min.js'],
    ['/news/hello/analytics-next/bundles/ajs-destination.bundle.1a2b.js', '/analytics-next/bundles/ajs-destination.bundle.1a2b.js'],
    ['/news/hello/v3/modern/plugins/rsa-plugins.js', '/v3/modern/plugins/rsa-plugins.js'],
    ['/news/hello/v1/pixel/track?url=/../x&path=a\\..', '/v1/pixel/track?url=/../x&path=a\\..'],
    ['/news/hello//v1/projects/wk_1/settings', '/v1/projects/wk_1/settings'],
    ['/news/hello/v1/merge', '/v1/merge'],
    ['/news/hello/v1/m', '/v1/m'],
    ['/news/hello/sourceConfig/?p=npm', '/sourceConfig/?p=npm'],
    ['/news/hello/rsaRequest', '/rsaRequest'],
    ['/news/hello/rsaMetrics', '/rsaMetrics'],
    ['/news/hellos', '/news/hellos'],
    ['/v1/batch', '/v1/batch'],
    ['/console/', '/console/'],
  ])('%s is %s', (address, expected) => {
    expect(to(address)).toBe(expected)
  })

  it.each([
    '/news/hello/',
    '/news/hello/console/',
    '/news/hello/v1/accounts',
    '/news/hello/v1/import',
    '/news/hello/v1/rejected',
    '/news/hello/metrics',
    '/news/hello/v1/../console/',
    '/news/hello/v1/batch/../../console',
    '/news/hello//console/',
    '/news/hello/analytics.js/v1/../../metrics',
    '/news/hello/analytics.js/v1/x/..',
    '/news/hello/next-integrations/%2e%2E/console/',
    '/news/hello/next-integrations/.%2e/metrics?x',
    '/news/hello/next-integrations/..\\metrics',
    '/news/hello/next-integrations/a\\..\\..\\metrics',
    '/news/hello/analytics.js/v1/..#',
    '/news/hello/analytics.js/v1/.\t./metrics',
    '/news/hello/v1/projects/../settings',
    '/news/hello/analytics-next/bundles/..',
    '/news/hello/../modern/plugins/rsa-plugins.js',
    '/news/hello/news/hello',
  ])('opens nothing but what is for pages: %s leads nowhere', address => {
    expect(to(address)).toBe('/404')
  })

  it.each([
    ['/hello', null],
    ['/news/hello', null],
    ['/blog-catalog', null],
    ['hello', /a path such as/],
    ['/hello/', /a path such as/],
    ['/a b', /a path such as/],
    ['/v1/x', /meaning of its own/],
    ['/console', /meaning of its own/],
    ['/openapi', /meaning of its own/],
    ['/my-analytics', /“analytics” is a word/],
    ['/x/Track', /“Track” is a word/],
    ['/waymark', /“waymark” is a word/],
  ])('%s: %s', (path, complaint) => {
    const said = pathComplaint(path)
    if (complaint === null) expect(said).toBeNull()
    else expect(said).toMatch(complaint)
  })
})
