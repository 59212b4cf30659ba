import { expect, test } from 'vitest'
import { campaignOf, isNewView, pageContext, pageUrl } from './page.ts'

const site = 'https://www.acme.test'

test('the address loses its anchor, which may carry a token, but not a route', () => {
  expect(pageUrl(`${site}/a?b=1#access_token=secret`)).toBe(`${site}/a?b=1`)
  expect(pageUrl(`${site}/app#/pricing`)).toBe(`${site}/app#/pricing`)
  expect(pageUrl(`${site}/app#!/pricing`)).toBe(`${site}/app#!/pricing`)
})

test('a page is its address, path, query, title and referrer', () => {
  expect(pageContext(`${site}/a/b?c=1#d`, 'Title', `${site}/`)).toEqual({
    url: `${site}/a/b?c=1`,
    path: '/a/b',
    search: '?c=1',
    title: 'Title',
    referrer: `${site}/`,
  })
})

test('a campaign is every utm parameter without its prefix, its name that of utm_campaign', () => {
  expect(campaignOf(`${site}/?utm_campaign=spring%20sale&utm_source=news&utm_x_y=1&utm_=2&utm_term=&other=3`)).toEqual({
    name: 'spring sale',
    source: 'news',
    x_y: '1',
  })
  expect(campaignOf(`${site}/?other=3`)).toBeUndefined()
})

test.each([
  ['another path', '/a', '/b', false, true],
  ['another query', '/a', '/a?b', false, true],
  ['another anchor', '/a', '/a#b', false, false],
  ['another hash route', '/a#/x', '/a#/y', false, true],
  ['the same address pushed again', '/a', '/a', false, false],
  ['a replaced path', '/a', '/b', true, true],
  ['a replaced query: filters kept in the address', '/a?x=1', '/a?x=2', true, false],
  ['a replaced state alone', '/a', '/a', true, false],
  ['a replaced hash route', '/a#/x', '/a?q#/y', true, true],
])('%s: from %s to %s', (_, from, to, replaced, expected) => {
  expect(isNewView(site + from, site + to, replaced)).toBe(expected)
})
