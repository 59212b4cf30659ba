import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { request, testEdge, track, WEB } from '../receive.fixture.ts'
import { cleanCampaign } from './cleanCampaign.ts'
import { createRedaction, REDACT, REDACTED } from './redact.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'

async function rowOf(context: { [key: string]: unknown }) {
  const { receive, spool } = testEdge()
  await receive(request([track('m', { context })], { source: WEB }))
  const [row] = spool.frames.flatMap(frame => frame.events)
  if (row === undefined) throw new Error('nothing was stored')
  return row
}

describe('what is taken out of an address is taken out of the campaign beside it', () => {
  const said: [parameter: string, member: string, value: string, column: string][] = [
    ['utm_campaign', 'name', 'ana@acme.com', 'campaign_name'],
    ['utm_source', 'source', JWT, 'campaign_source'],
    ['utm_medium', 'medium', 'sk_live_51Habcdef', 'campaign_medium'],
    ['utm_term', 'term', JWT, 'campaign_term'],
    ['utm_content', 'content', 'letter to ana@acme.com', 'campaign_content'],
    ['utm_id', 'id', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'campaign_id'],
  ]
  it.each(said)('%s', async (parameter, member, value, column) => {
    const url = `https://www.acme.com/?${parameter}=${encodeURIComponent(value)}`
    const asAddress = await rowOf({ page: { url } })
    const asBoth = await rowOf({ page: { url }, campaign: { [member]: value } })
    expect(asAddress).toMatchObject({ [column]: REDACTED })
    expect(asBoth).toMatchObject({ [column]: REDACTED, url: `https://www.acme.com/?${parameter}=${REDACTED}` })
  })

  it('also out of what has no column', async () => {
    const { context } = await rowOf({
      campaign: { name: 'spring', creative: 'ana@acme.com', deep: [{ to: JWT }], kept: 'x', 'a b': 'ana@acme.com' },
    })
    expect(JSON.parse(context)).toMatchObject({
      campaign: { creative: REDACTED, deep: [{ to: REDACTED }], kept: 'x', 'a b': REDACTED },
    })
  })

  it('by the names that the operator gave, with utm_ before them or without', () => {
    const redact = createRedaction(['utm_patient', 'case', 'utm_term'])
    expect(cleanCampaign({ patient: 17, case: 'x', term: 'y', name: 'spring', id: '7' }, redact)).toEqual({
      patient: REDACTED,
      case: REDACTED,
      term: REDACTED,
      name: 'spring',
      id: '7',
    })
  })
})

it('is the same object where nothing must be taken out: of words and numbers', () => {
  const word = fc.stringMatching(/^[a-z0-9 _|&=+-]{0,20}$/)
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('name', 'source', 'term', 'content', 'id', 'creative'), word), campaign => {
      expect(cleanCampaign(campaign, REDACT)).toBe(campaign)
    }),
  )
  expect(cleanCampaign(undefined, REDACT)).toBeUndefined()
})

it('takes whatever a campaign may hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, name) => {
      expect(() => cleanCampaign({ [name]: value, content: value }, REDACT)).not.toThrow()
    }),
  )
  expect(cleanCampaign({ name: '\ud83d' }, REDACT)).toEqual({ name: '\ud83d' })
})

describe('of a campaign with more values than any address has', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => 10_000 + n)

  it('the rest is taken out unseen, whatever shape it has', () => {
    const list = cleanCampaign({ zz: numbers(500), after: 'x', none: null, token: 1 }, REDACT)
    expect(list).toEqual({ zz: [...numbers(31), REDACTED], after: REDACTED, none: null, token: REDACTED })
    const members = Object.fromEntries(numbers(100).map(n => [`m${n}`, 'x']))
    expect(Object.values(cleanCampaign(members, REDACT) as object)).toEqual([...Array(32).fill('x'), ...Array(68).fill(REDACTED)])
    const pairs = cleanCampaign({ zz: numbers(5_000).map(n => [n]), x: { y: 'z' } }, REDACT)
    expect(pairs).toEqual({ zz: [...numbers(15).map(n => [n]), [REDACTED], REDACTED], x: REDACTED })
  })

  it('asks of an address no more than so often, and never of each number', () => {
    let asked = 0
    const redact = (text: string) => {
      asked++
      return text
    }
    const half = numbers(30)
    expect(cleanCampaign({ zz: half }, redact)).toEqual({ zz: half })
    expect(asked).toBe(1)
    cleanCampaign({ zz: numbers(5_000).map(n => `v-${n}`) }, redact)
    expect(asked).toBeLessThan(34)
  })

  it('becomes the same the second time', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 90 }), values => {
        const once = cleanCampaign({ values, more: values }, REDACT)
        expect(cleanCampaign(once, REDACT)).toEqual(once)
      }),
    )
  })
})
