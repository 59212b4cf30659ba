import { expect, test } from 'vitest'
import type { AccountTouch } from './features.ts'
import { at, journeyOf, told } from './journey.fixture.ts'

interface Scenario {
  readonly name: string
  readonly touches: readonly AccountTouch[]
  readonly through: string
  readonly told: readonly string[]
}

const anonymous = { profileId: 'visitor', identified: false, role: 0.4 }
const aware = at('2026-03-01 09:00:00.000', 'Page Viewed')
const order = at('2026-03-01 09:00:00.000', 'Order Completed')

const scenarios: readonly Scenario[] = [
  {
    name: 'A1: the journey starts at the first anonymous touch, to the millisecond',
    touches: [at('2026-03-01 09:00:00.123', 'Page Viewed', anonymous), at('2026-03-02 10:00:00.000', 'Demo Requested')],
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.123', 'evaluate/active @2026-03-02 10:00:00.000'],
  },
  {
    name: 'A2: one ad click makes aware',
    touches: [at('2026-03-01 09:00:00.000', 'Promotion Clicked')],
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.000'],
  },
  {
    name: 'A2: a thousand page views of one person stay aware',
    touches: [at('2026-03-01 09:00:00.000', 'Page Viewed', { n: 1000, lastAt: aware.firstAt + 3_600_000 })],
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.000'],
  },
  {
    name: 'A3: sessions on two days with a topic page make consider, at the start of the day of the third',
    touches: ['01', '02', '03'].flatMap(day => [
      at(`2026-03-${day} 09:00:00.000`, 'Session Started'),
      at(`2026-03-${day} 09:00:00.000`, 'Page Viewed', { topic: 'crm' }),
    ]),
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.000', 'consider/active @2026-03-03'],
  },
  {
    name: 'A3: a bare repeat visit stays aware',
    touches: ['01', '02', '03'].flatMap(day => [
      at(`2026-03-${day} 09:00:00.000`, 'Session Started'),
      at(`2026-03-${day} 09:00:00.000`, 'Page Viewed'),
    ]),
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.000'],
  },
  {
    name: 'A4: the third pricing view in 14 days makes evaluate, at the start of its day',
    touches: [aware, ...['02', '05', '10'].map(day => at(`2026-03-${day} 09:00:00.000`, 'Pricing Viewed', { topic: '' }))],
    through: '2026-03-12',
    told: ['aware/active @2026-03-01 09:00:00.000', 'evaluate/active @2026-03-10'],
  },
  {
    name: 'A4: one pricing view changes nothing, nor do three over more than 14 days',
    touches: ['01', '10', '20'].map(day => at(`2026-03-${day} 09:00:00.000`, 'Pricing Viewed')),
    through: '2026-03-21',
    told: ['aware/active @2026-03-01 09:00:00.000'],
  },
  {
    name: 'A4: pricing seen by two people makes evaluate',
    touches: [aware, at('2026-03-02 09:00:00.000', 'Pricing Viewed'), at('2026-03-03 09:00:00.000', 'Pricing Viewed', { profileId: 'bo' })],
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.000', 'evaluate/active @2026-03-03'],
  },
  {
    name: 'A4: an open opportunity makes evaluate without any visit, and holds it for as long as it is open',
    touches: [at('2026-03-01 09:00:00.000', 'Opportunity Created')],
    through: '2026-06-30',
    told: ['evaluate/active @2026-03-01 09:00:00.000', 'evaluate/dormant @2026-04-16'],
  },
  {
    name: 'A5: an order makes purchase, which no silence takes back',
    touches: [aware, at('2026-03-02 09:30:00.000', 'Order Completed')],
    through: '2027-03-01',
    told: [
      'aware/active @2026-03-01 09:00:00.000',
      'purchase/active @2026-03-02 09:30:00.000',
      'purchase/dormant @2026-06-01',
      'purchase/churned @2026-08-30',
    ],
  },
  {
    name: 'A6: a second order makes advocate, even of the same day',
    touches: [at('2026-03-01 09:00:00.000', 'Order Completed', { n: 2, lastAt: order.firstAt + 1000 })],
    through: '2026-03-02',
    told: ['purchase/active @2026-03-01 09:00:00.000', 'advocate/active @2026-03-01 09:00:01.000'],
  },
  {
    name: 'A6: a good survey answer of a customer makes advocate, and evidence gone stale takes it back to purchase only',
    touches: [
      order,
      at('2026-03-05 09:00:00.000', 'NPS Promoter Submitted'),
      ...Array.from({ length: 14 }, (_, month) =>
        at(new Date(Date.UTC(2026, 3 + month, 1, 8)).toISOString().slice(0, 23).replace('T', ' '), 'Signed In'),
      ),
    ],
    through: '2027-05-01',
    told: [
      'purchase/active @2026-03-01 09:00:00.000',
      'advocate/active @2026-03-05 09:00:00.000',
      'advocate/churned @2026-08-29',
      'advocate/returned @2026-09-01 08:00:00.000',
      'advocate/active @2026-10-01',
      'purchase/active @2027-04-03',
    ],
  },
  {
    name: 'A6: the same answer of someone who never bought does not',
    touches: [at('2026-03-01 09:00:00.000', 'NPS Promoter Submitted')],
    through: '2026-03-05',
    told: ['aware/active @2026-03-01 09:00:00.000'],
  },
  {
    name: 'A11: dormant is a status of every stage, and ends with their touch, not with ours',
    touches: [
      at('2026-03-01 09:00:00.000', 'Content Downloaded'),
      at('2026-05-10 09:00:00.000', 'Email Delivered'),
      at('2026-05-12 09:00:00.000', 'Email Link Clicked'),
    ],
    through: '2026-06-30',
    told: [
      'consider/active @2026-03-01 09:00:00.000',
      'aware/active @2026-04-21',
      'aware/dormant @2026-05-01',
      'aware/returned @2026-05-12 09:00:00.000',
      'aware/active @2026-06-11',
    ],
  },
  {
    name: 'A27: new, inactive, churned, returned and loyal is a legal path',
    touches: [order, at('2026-10-01 12:00:00.000', 'Page Viewed'), at('2026-11-10 12:00:00.000', 'Order Completed')],
    through: '2026-12-01',
    told: [
      'purchase/active @2026-03-01 09:00:00.000',
      'purchase/dormant @2026-05-31',
      'purchase/churned @2026-08-29',
      'purchase/returned @2026-10-01 12:00:00.000',
      'purchase/active @2026-10-31',
      'advocate/active @2026-11-10 12:00:00.000',
    ],
  },
  {
    name: 'A28: sign-up, trial and order within five minutes are three intervals in order',
    touches: [
      at('2026-03-01 09:00:00.001', 'Signed Up'),
      at('2026-03-01 09:02:30.456', 'Trial Started'),
      at('2026-03-01 09:04:59.999', 'Order Completed'),
    ],
    through: '2026-03-01',
    told: ['aware/active @2026-03-01 09:00:00.001', 'evaluate/active @2026-03-01 09:02:30.456', 'purchase/active @2026-03-01 09:04:59.999'],
  },
  {
    name: 'a lost opportunity ends evaluate after grace, whatever the points say',
    touches: [
      at('2026-03-01 09:00:00.000', 'Content Downloaded'),
      at('2026-03-02 09:00:00.000', 'Demo Requested'),
      at('2026-03-03 09:00:00.000', 'Opportunity Created'),
      at('2026-03-10 09:00:00.000', 'Opportunity Lost'),
    ],
    through: '2026-03-25',
    told: ['consider/active @2026-03-01 09:00:00.000', 'evaluate/active @2026-03-02 09:00:00.000', 'consider/active @2026-03-17'],
  },
  {
    name: 'after a loss a new hand-raise opens evaluate again at once',
    touches: [
      at('2026-03-02 09:00:00.000', 'Demo Requested'),
      at('2026-03-10 09:00:00.000', 'Opportunity Lost'),
      at('2026-03-20 09:00:00.000', 'Demo Requested'),
    ],
    through: '2026-03-25',
    told: ['evaluate/active @2026-03-02 09:00:00.000', 'consider/active @2026-03-17', 'evaluate/active @2026-03-20 09:00:00.000'],
  },
  {
    name: 'a hand-raise within the grace of a loss keeps evaluate',
    touches: [
      at('2026-03-02 09:00:00.000', 'Demo Requested'),
      at('2026-03-10 09:00:00.000', 'Opportunity Lost'),
      at('2026-03-12 09:00:00.000', 'Quote Requested'),
    ],
    through: '2026-03-25',
    told: ['evaluate/active @2026-03-02 09:00:00.000'],
  },
  {
    name: 'one lost opportunity of two open ones ends nothing',
    touches: [
      at('2026-03-02 09:00:00.000', 'Opportunity Created', { n: 2, lastAt: aware.firstAt + 25 * 3_600_000 }),
      at('2026-03-10 09:00:00.000', 'Opportunity Lost'),
    ],
    through: '2026-03-25',
    told: ['evaluate/active @2026-03-02 09:00:00.000'],
  },
  {
    name: 'a threshold move of the open day is provisional, and an event of the same day acts at once',
    touches: [at('2026-03-01 09:00:00.000', 'Pricing Viewed', { n: 3, lastAt: aware.firstAt + 1000 })],
    through: '2026-03-01',
    told: ['aware/active @2026-03-01 09:00:00.000', '?evaluate/active @2026-03-01 09:00:00.001'],
  },
  {
    name: 'an event takes the place of a provisional move',
    touches: [
      at('2026-03-01 09:00:00.000', 'Pricing Viewed', { n: 3, lastAt: aware.firstAt + 1000 }),
      at('2026-03-01 09:30:00.000', 'Demo Requested'),
    ],
    through: '2026-03-02',
    told: ['aware/active @2026-03-01 09:00:00.000', 'evaluate/active @2026-03-01 09:30:00.000'],
  },
  {
    name: 'a cancelled subscription churns, and a later touch returns',
    touches: [
      at('2026-03-01 09:00:00.000', 'Subscription Started'),
      at('2026-04-01 09:00:00.000', 'Subscription Cancelled'),
      at('2026-04-10 09:00:00.000', 'Pricing Viewed'),
    ],
    through: '2026-04-11',
    told: [
      'purchase/active @2026-03-01 09:00:00.000',
      'purchase/churned @2026-04-01 09:00:00.000',
      'purchase/returned @2026-04-10 09:00:00.000',
    ],
  },
  {
    name: 'aware has nowhere to fall: it goes dormant and stays',
    touches: [aware],
    through: '2027-03-01',
    told: ['aware/active @2026-03-01 09:00:00.000', 'aware/dormant @2026-05-01'],
  },
]

test.each(scenarios)('$name', ({ touches, through, told: expected }) => {
  expect(told(journeyOf(touches, through))).toEqual(expected)
})
