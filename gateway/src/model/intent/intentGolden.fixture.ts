/**
 * The worked table of the method (design room "intent", section 1), daily caps off, written by hand. A touch is
 * [category, weight, days ago, count]; role 0.4 is anonymous, 1 known, 1.3 a decision maker.
 */
export interface GoldenCase {
  readonly name: string
  readonly people: readonly { readonly times: number; readonly role: 0.4 | 1 | 1.3; readonly touches: readonly GoldenTouch[] }[]
  readonly zeta: number
  readonly negative: number
  readonly points: number
  readonly intent: number
  readonly categories: { readonly [category: string]: number }
  readonly breadth: number
  readonly surge: number
}

export type GoldenTouch = readonly [category: string, weight: number, ageDays: number, count: number]

const QUIET = { zeta: 0, negative: 0, breadth: 0, surge: 0 }
const EVERYTHING_PASSIVE: GoldenTouch[] = [
  ['web', 1, 0, 1_000_000],
  ['ad', 2, 0, 1_000_000],
  ['email', 2, 0, 1_000_000],
]
const A_THIRD: GoldenTouch[] = [
  ['highweb', 6, 2, 2],
  ['content', 8, 4, 1],
  ['web', 1, 2, 7],
]

export const GOLDEN: readonly GoldenCase[] = [
  {
    ...QUIET,
    name: 'demo today',
    people: [{ times: 1, role: 1, touches: [['handraise', 50, 0, 1]] }],
    points: 36.579060705485944,
    intent: 59.927365563227355,
    categories: { handraise: 36.579060705485944 },
  },
  {
    ...QUIET,
    name: 'demo 30 days ago',
    people: [{ times: 1, role: 1, touches: [['handraise', 50, 30, 1]] }],
    points: 21.21023705435029,
    intent: 41.15456505736126,
    categories: { handraise: 21.21023705435029 },
  },
  {
    ...QUIET,
    name: 'demo 90 days ago',
    people: [{ times: 1, role: 1, touches: [['handraise', 50, 90, 1]] }],
    points: 5.988157515028121,
    intent: 13.903716281759548,
    categories: { handraise: 5.988157515028121 },
  },
  {
    ...QUIET,
    name: '1,000 page views today, one known person',
    people: [{ times: 1, role: 1, touches: [['web', 1, 0, 1000]] }],
    points: 6.295509444597865,
    intent: 14.56272765740102,
    categories: { web: 6.295509444597865 },
  },
  {
    ...QUIET,
    name: '1,000 page views by 1,000 anonymous people',
    people: [{ times: 1000, role: 0.4, touches: [['web', 1, 0, 1]] }],
    points: 15.999999999004753,
    intent: 32.96799539476824,
    categories: { web: 15.999999999004753 },
  },
  {
    ...QUIET,
    name: 'unlimited passive activity, one known person',
    people: [{ times: 1, role: 1, touches: EVERYTHING_PASSIVE }],
    points: 13.72689036946205,
    intent: 29.04840196483127,
    categories: { web: 6.295509444597865, ad: 2.919497285804448, email: 4.511883639059736 },
  },
  {
    ...QUIET,
    name: 'unlimited passive activity, 1,000 known people',
    people: [{ times: 1000, role: 1, touches: EVERYTHING_PASSIVE }],
    points: 32,
    intent: 55.067103588277845,
    categories: { web: 16, ad: 6, email: 10 },
  },
  {
    ...QUIET,
    name: '6 pricing views, 3 e-books and 21 pages by one person',
    people: [
      {
        times: 1,
        role: 1,
        touches: [
          ['highweb', 6, 2, 6],
          ['content', 8, 4, 3],
          ['web', 1, 2, 21],
        ],
      },
    ],
    points: 34.54756884504245,
    intent: 57.839618002154026,
    categories: { highweb: 16.609082249669157, content: 12.149489138757318, web: 5.788997456615972 },
  },
  {
    ...QUIET,
    name: 'the same over three known people',
    people: [{ times: 3, role: 1, touches: A_THIRD }],
    points: 63.472020253922324,
    intent: 79.54208846827717,
    categories: { highweb: 21.39971534401785, content: 15.173514577006433, web: 8.80868105128018 },
    breadth: 18.09010928161786,
  },
  {
    ...QUIET,
    name: 'the same over three anonymous devices',
    people: [{ times: 3, role: 0.4, touches: A_THIRD }],
    points: 20.853029729030077,
    intent: 40.626711138645376,
    categories: { highweb: 9.704752088930444, content: 6.767990870463546, web: 4.380286769636086 },
  },
  {
    name: 'a committee: VP with a demo, manager, user, anonymous device, surging',
    people: [
      {
        times: 1,
        role: 1.3,
        touches: [
          ['handraise', 50, 3, 1],
          ['highweb', 6, 3, 2],
        ],
      },
      {
        times: 1,
        role: 1,
        touches: [
          ['highweb', 6, 1, 3],
          ['content', 8, 6, 1],
        ],
      },
      { times: 1, role: 1, touches: [['event', 15, 10, 1]] },
      { times: 1, role: 0.4, touches: [['web', 1, 1, 12]] },
    ],
    zeta: 2.1,
    negative: 0,
    points: 113.27835493379625,
    intent: 94.11026318888929,
    categories: {
      handraise: 43.84435641936546,
      highweb: 19.565237922902423,
      content: 5.411764459644637,
      event: 9.662027818478967,
      web: 2.2377362037938173,
    },
    breadth: 18.093164726495456,
    surge: 14.464067383115504,
  },
  {
    ...QUIET,
    name: '300 pages and careers visits',
    people: [{ times: 1, role: 0.4, touches: [['web', 1, 1, 300]] }],
    negative: 15,
    points: 0,
    intent: 0,
    categories: { web: 2.900307950752289 },
  },
  {
    name: 'a trial team of two and a VP on the pricing page, surging',
    people: [
      {
        times: 1,
        role: 1,
        touches: [
          ['product', 25, 9, 1],
          ['product', 20, 7, 1],
          ['product', 2, 1, 5],
        ],
      },
      { times: 1, role: 1, touches: [['product', 2, 1, 4]] },
      { times: 1, role: 1.3, touches: [['highweb', 6, 2, 1]] },
    ],
    zeta: 1.2,
    negative: 0,
    points: 63.608926207003364,
    intent: 79.61198902441873,
    categories: { product: 31.23171365795331, highweb: 5.919298333696927 },
    breadth: 14.910004322004378,
    surge: 11.54790989334875,
  },
]
