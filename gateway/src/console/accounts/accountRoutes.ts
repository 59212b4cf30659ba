import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import type { Reader } from '../../read/reader.ts'
import { accountQuery, type ReadDeps, stageIds } from '../../read/routes.ts'
import { noticePage, page } from '../frame/respond.ts'
import { accountListPage } from './accountListPage.ts'
import { accountPage } from './accountPage.ts'

export interface AccountPagesDeps {
  readonly reader: Reader
  readonly models: ReadDeps['models']
  readonly now: () => number
}

const TIMELINE_EVENTS = 50

/** The list of accounts and the page of one. */
export function createAccountPages({ reader, models, now }: AccountPagesDeps): Hono {
  const app = new Hono()

  app.get('/console/', async c => {
    const stages = stageIds(models)
    const query = accountQuery(name => c.req.query(name), stages)
    return page(c, accountListPage({ query, page: await reader.accounts(query), stages, now: now() }))
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
    return page(c, accountPage({ account, score, journey, timeline, isFirstPage: before === undefined, now: now() }))
  })

  return app
}

function noAccount(c: Context): Promise<Response> {
  return noticePage(c, 404, 'No such account', [
    html`No company has the domain or id “${label(c.req.param('id') ?? '', 80)}”.`,
    html`Search for it among <a href="/console/">all accounts</a>. It appears once the jobs have run over its events.`,
  ])
}
