import { expect, test } from 'vitest'
import { counter, exposition, gauge } from './exposition.ts'
import { createHistogram } from './histogram.ts'
import { parseMetrics } from './parse.fixture.ts'

test('what is written can be read by somebody else, hostile labels included', () => {
  const hostile = 'a"} 1\nwaymark_fake_total 9 \\'
  const histogram = createHistogram([0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value)
  const read = parseMetrics(
    exposition([
      counter('events_total', 'How many.\nOr so \\ more', [{ labels: { source: hostile, code: 'x' }, value: 3 }]),
      gauge('small', 'Tiny.', 1e-7),
      gauge('unknown', 'Not known.', null),
      gauge('endless', 'Too much.', Number.POSITIVE_INFINITY),
      histogram.family('ack_seconds', 'Times.'),
    ]),
  )
  expect([...read.keys()]).toEqual(['events_total', 'small', 'endless', 'ack_seconds'])
  expect([...(read.get('events_total')?.values ?? [])]).toEqual([
    ['events_total{source="a\\"} 1\\nwaymark_fake_total 9 \\\\",code="x"}', 3],
  ])
  expect(read.get('small')?.values.get('small')).toBe(1e-7)
  expect([...(read.get('ack_seconds')?.values.values() ?? [])]).toEqual([2, 3, 4, 7.65, 4])
})

test('the reader forgives nothing', () => {
  for (const text of [
    'x 1\n',
    '# HELP a b\n# TYPE a gauge\na 1',
    '# HELP a b\n# TYPE a counter\na 1\n',
    '# HELP a b\n# TYPE a gauge\na 1\na 2\n',
  ])
    expect(() => parseMetrics(text), text).toThrow()
})
