import type { IntentModel } from '@waymark/schemas/model'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { csvResponse } from '../../read/csvResponse.ts'
import { label } from '../../read/label.ts'
import { oneOf } from '../../read/parameters.ts'
import type { Reader } from '../../read/reader.ts'
import { accountQuery, type ReadDeps, stageIds } from '../../read/routes.ts'
import { noticePage, page } from '../frame/respond.ts'
import { accountListPage } from './accountListPage.ts'
import { accountPage } from './accountPage.ts'
import { chartSvg } from './chartImage.ts'
import { CHART_SIZES, CHART_THEMES, type ChartSize, scoreChartOption } from './scoreChart.ts'

export interface AccountPagesDeps {
  readonly reader: Reader
  readonly models: ReadDeps['models'] & { readonly intent: Pick<IntentModel, 'bands'> }
  readonly now: () => number
}

const TIMELINE_EVENTS = 50
const CHART_DAYS = 90
const CHANGE_DAYS = 7
/** The image styles itself, fetches nothing and, opened on its own, runs nothing. */
const IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
const SIZES = Object.keys(CHART_SIZES) as ChartSize[]

/** The list of accounts and the page of one. */
export function createAccountPages({ reader, models, now }: AccountPagesDeps): Hono {
  const app = new Hono()

  app.get('/console/', async c => {
    const stages = stageIds(models)
    const query = accountQuery(name => c.req.query(name), stages)
    return page(c, accountListPage({ query, page: await reader.placedAccounts(query), stages, now: now() }))
  })

  app.get('/console/accounts.csv', async c => {
    const query = accountQuery(name => c.req.query(name), stageIds(models))
    return csvResponse(await reader.accountsCsv(query), now())
  })

  app.get('/console/accounts/:id/score.svg', async c => {
    const ask = (name: string) => c.req.query(name)
    const theme = oneOf(ask, 'theme', CHART_THEMES) ?? 'light'
    const size = oneOf(ask, 'size', SIZES) ?? 'wide'
    const accountId = await reader.accountId(c.req.param('id'))
    if (accountId === null) return noAccount(c)
    const [history, journey] = await Promise.all([reader.history(accountId, CHART_DAYS), reader.journey(accountId)])
    const option = scoreChartOption({
      history,
      intervals: journey?.intervals ?? [],
      stages: journey?.stages ?? [],
      bands: models.intent.bands,
      theme,
      size,
    })
    return c.body(await chartSvg(option, CHART_SIZES[size]), 200, {
      'Content-Type': 'image/svg+xml; charset=utf-8',
      'Content-Security-Policy': IMAGE_POLICY,
    })
  })

  app.get('/console/accounts/:id', async c => {
    const accountId = await reader.accountId(c.req.param('id'))
    if (accountId === null) return noAccount(c)
    const before = c.req.query('before')
    const [account, score, journey, timeline] = await Promise.all([
      reader.account(accountId),
      reader.score(accountId),
      reader.journey(accountId),
      reader.timeline(accountId, TIMELINE_EVENTS, before),
    ])
    if (account === null) return noAccount(c)
    // After the others: readers share sixteen queries at a time.
    const [history, changes] = await Promise.all([reader.history(accountId, CHART_DAYS), reader.changes(accountId, CHANGE_DAYS)])
    return page(c, accountPage({ account, score, journey, timeline, history, changes, isFirstPage: before === undefined, now: now() }))
  })

  return app
}

function noAccount(c: Context): Promise<Response> {
  return noticePage(c, 404, 'No such account', [
    html`No account has the domain or id “${label(c.req.param('id') ?? '', 80)}”.`,
    html`Search for it among <a href="/console/">all accounts</a>. It appears once the jobs have run over its events.`,
  ])
}
