import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { components } from './components.ts'

const DATA = new URL('../../../../shared/data/', import.meta.url)
const FEBRL = new URL('febrl/dataset1.csv', DATA)
const SNAP = new URL('snap_graphs/ca-GrQc-lcc.txt', DATA)

describe('components', () => {
  it('joins what any chain of edges connects, and nothing else', () => {
    const found = components(
      ['a', 'b', 'c', 'd', 'e'],
      [
        ['a', 'b'],
        ['c', 'd'],
        ['b', 'd'],
      ],
    )
    expect(found.map(group => group.toSorted())).toEqual([['a', 'b', 'c', 'd'], ['e']])
  })

  it('adds nodes that only an edge names', () => {
    expect(components([], [['a', 'b']])).toEqual([['a', 'b']])
  })

  it.skipIf(!existsSync(FEBRL))(
    'finds FEBRL duplicates by exact keys: precision 1.000, recall ≥ .964 (skips without ../shared/data/febrl)',
    () => {
      const records = csv(readFileSync(FEBRL, 'utf8'))
      const keys = [
        ['soc_sec_id'],
        ['date_of_birth', 'surname'],
        ['date_of_birth', 'given_name'],
        ['given_name', 'surname', 'postcode'],
        ['date_of_birth', 'postcode'],
        ['date_of_birth', 'address_1'],
      ]
      const edges = records.flatMap(record =>
        keys.flatMap((fields, index): [string, string][] => {
          const values = fields.map(field => record[field] ?? '')
          return values.includes('') ? [] : [[record.rec_id ?? '', `${index}|${values.join('|')}`]]
        }),
      )
      const pairs = components([], edges).flatMap(group => pairsOf(group.filter(node => node.startsWith('rec-'))))
      const right = pairs.filter(([a, b]) => a.split('-')[1] === b.split('-')[1])
      expect(right.length / pairs.length).toBe(1)
      expect(right.length / 500).toBeGreaterThanOrEqual(0.964)
    },
  )

  it.skipIf(!existsSync(SNAP))('finds one component of ca-GrQc for any order of edges (skips without ../shared/data/snap_graphs)', () => {
    const edges = readFileSync(SNAP, 'utf8')
      .split('\n')
      .filter(line => /^\d/.test(line))
      .map(line => line.split(/\s+/).slice(0, 2) as [string, string])
    expect(edges).toHaveLength(13428)
    for (const order of fc.sample(fc.shuffledSubarray(edges, { minLength: edges.length }), { numRuns: 3, seed: 1 })) {
      expect(components([], order).map(group => group.length)).toEqual([4158])
    }
  })
})

function csv(text: string): { [field: string]: string }[] {
  const [head = '', ...lines] = text.trim().split('\n')
  const fields = head.split(',').map(field => field.trim())
  return lines.map(line => Object.fromEntries(line.split(',').map((value, index) => [fields[index] ?? '', value.trim()])))
}

function pairsOf(nodes: readonly string[]): [string, string][] {
  return nodes.flatMap((a, index) => nodes.slice(index + 1).map((b): [string, string] => [a, b]))
}
