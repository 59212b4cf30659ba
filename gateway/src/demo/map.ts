/** The demo vendor's site as data: what there is, under which path, and how it is called. The sample history walks the same pages. */
export const VENDOR = { name: 'Larkmoor', host: 'www.larkmoor.example' } as const

export interface DemoPage {
  /** Below the root of the vendor's site; the gateway serves it below `/demo`. */
  readonly path: string
  readonly title: string
}

export const ARTICLES = [
  { path: '/articles/spare-parts-stock', title: 'How much stock is enough' },
  { path: '/articles/lead-times', title: 'Lead times are a range, not a number' },
  { path: '/articles/leaving-spreadsheets', title: 'When the parts spreadsheet gives up' },
  { path: '/articles/choosing-software', title: 'Nine questions before you buy planning software' },
] as const satisfies readonly DemoPage[]

export const DOCS = [
  { path: '/docs/quickstart', title: 'Your first plan in a day' },
  { path: '/docs/api', title: 'Interface for maintenance systems' },
] as const satisfies readonly DemoPage[]

export const HOME = { path: '/', title: 'Spare parts planning for factories' } as const
export const PRICING = { path: '/pricing', title: 'Pricing' } as const
export const COMPARISON = { path: '/compare/spreadsheets', title: 'Larkmoor and spreadsheets compared' } as const
export const SECURITY = { path: '/security', title: 'Security' } as const
export const WEBINAR = { path: '/webinars/stockroom-in-an-hour', title: 'Webinar: your stockroom in an hour' } as const
export const DEMO_REQUEST = { path: '/request-demo', title: 'Request a demo' } as const
export const SIGN_UP = { path: '/signup', title: 'Start a free trial' } as const
export const CAREERS = { path: '/careers', title: 'Careers' } as const
export const ARTICLE_LIST = { path: '/articles', title: 'Articles' } as const
export const DOCS_LIST = { path: '/docs', title: 'Documentation' } as const

export const PAGES: readonly DemoPage[] = [
  HOME,
  ARTICLE_LIST,
  ...ARTICLES,
  PRICING,
  COMPARISON,
  DOCS_LIST,
  ...DOCS,
  SECURITY,
  WEBINAR,
  DEMO_REQUEST,
  SIGN_UP,
  CAREERS,
]

/** As the browser shows it. */
export function documentTitle({ title }: DemoPage): string {
  return `${title} · ${VENDOR.name}`
}
