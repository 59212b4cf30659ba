import { describe, expect, test } from 'vitest'
import { at, INTENT, JOURNEY5, journeyOf, told } from './journey.fixture.ts'

const aware = at('2026-03-01 09:00:00.000', 'Page Viewed')
const order = at('2026-03-01 09:00:00.000', 'Order Completed')

describe('journey5', () => {
  test.each([
    'Content Viewed',
    'Content Downloaded',
    'Video Watched',
    'Event Registered',
    'Event Attended',
    'Search Arrived',
    'Products Searched',
  ])('A3: %s alone moves aware to consider, at its own time', type => {
    expect(told(journeyOf([aware, at('2026-03-02 10:11:12.013', type)], '2026-03-03'))).toEqual([
      'aware/active @2026-03-01 09:00:00.000',
      'consider/active @2026-03-02 10:11:12.013',
    ])
  })

  test.each([
    'Demo Requested',
    'Contact Sales Submitted',
    'Quote Requested',
    'RFP Received',
    'Trial Started',
    'Meeting Held',
    'Opportunity Created',
  ])('A4: %s alone moves aware to evaluate', type => {
    expect(journeyOf([aware, at('2026-03-02 10:00:00.000', type)], '2026-03-03').moves.at(-1)).toMatchObject({
      from: 'aware',
      to: 'evaluate',
      direction: 'forward',
      evidence: [`${type} 2026-03-02 10:00:00.000`],
    })
  })

  test.each(['Contract Sent', 'Opportunity Won', 'Order Completed', 'Subscription Started'])('A5: %s makes a customer', type => {
    expect(journeyOf([aware, at('2026-03-02 10:00:00.000', type)], '2026-03-03').moves.at(-1)).toMatchObject({
      to: 'purchase',
      rule: 'customer',
    })
  })

  test.each(['Subscription Renewed', 'Subscription Upgraded', 'Referral Converted', 'Product Reviewed', 'Case Study Agreed'])(
    'A6: %s of a customer makes advocate',
    type => {
      expect(journeyOf([order, at('2026-03-02 10:00:00.000', type)], '2026-03-03').moves.at(-1)).toMatchObject({
        from: 'purchase',
        to: 'advocate',
      })
    },
  )

  test('a move tells its rule and the messages behind it', () => {
    const views = ['02', '05', '10'].map(day => at(`2026-03-${day} 09:00:00.000`, 'Pricing Viewed'))
    expect(journeyOf([aware, ...views], '2026-03-12').moves.at(-1)).toMatchObject({
      rule: 'three pricing, comparison or review views',
      evidence: views.map(view => view.messageId).reverse(),
    })
    const lost = journeyOf(
      [at('2026-03-02 09:00:00.000', 'Demo Requested'), at('2026-03-10 09:00:00.000', 'Opportunity Lost')],
      '2026-03-20',
    )
    expect(lost.moves.at(-1)).toMatchObject({ direction: 'back', rule: 'lost', to: 'consider' })
    // The loss is the cause also when nothing else held any more, and consider the stage although nothing holds that either.
    const bare = journeyOf(
      [at('2026-01-02 09:00:00.000', 'Opportunity Created'), at('2026-03-10 09:00:00.000', 'Opportunity Lost')],
      '2026-03-18',
    )
    expect(bare.moves.filter(({ direction }) => direction === 'back')).toMatchObject([{ rule: 'lost', to: 'consider' }])
  })

  test('an account without a touch has no place', () => {
    expect(journeyOf([], '2026-03-01')).toEqual({ moves: [], provisional: [], position: null })
    expect(journeyOf([at('2026-03-09', 'Page Viewed')], '2026-03-01').position).toBeNull()
  })

  test('the built-in model names only what the intent model has', () => {
    expect(JOURNEY5.intent).toBe(INTENT.id)
  })
})
