import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { TurnTaken } from '../../db/sharedTurn.ts'
import { explainError, type Log } from '../../log.ts'
import { type Place, START } from '../../quarantine/candidates.ts'
import type { Replay } from '../../quarantine/replay.ts'
import { label } from '../../read/label.ts'
import { field, noticePage, page } from '../frame/respond.ts'
import { createOnceForms } from '../sources/onceForms.ts'
import { back, type FilterWords, filterOf, replayedPage, replayPage } from './replayPages.ts'

export interface ReplayPagesDeps {
  readonly replay: Replay
  readonly now: () => number
  readonly randomUUID: () => string
  readonly log: Pick<Log, 'info' | 'error'>
}

const MOST_AT_ONCE = 2000

/** `/console/rejected/replay`: asks, then takes what the filter lets through in again. */
export function createReplayPages({ replay, now, randomUUID, log }: ReplayPagesDeps): Hono {
  const forms = createOnceForms(randomUUID)
  const app = new Hono()

  app.get('/console/rejected/replay', c => page(c, replayPage(wordsOf(c.req.query()), forms.issue())))
  app.post('/console/rejected/replay', async c => {
    const body = await c.req.parseBody()
    const words = wordsOf(body)
    if (!forms.take(field(body.once)))
      return noticePage(c, 409, 'This form was sent already', [html`Look at <a href="${back(words)}">the list</a> for what happened.`])
    const after = placeOf(field(body.after))
    if (after === null)
      return noticePage(c, 400, 'That form was not understood', [html`Begin at <a href="${back(words)}">the list</a> again.`])
    return take(c, words, after)
  })

  async function take(c: Context, words: FilterWords, after: Place): Promise<Response> {
    try {
      const result = await replay(filterOf(words, now()), after, MOST_AT_ONCE)
      log.info('rejected events were replayed in the console', { replayed: result.replayed })
      return await page(c, replayedPage(words, result, result.next === null ? null : forms.issue()))
    } catch (error) {
      if (error instanceof TurnTaken)
        return noticePage(c, 503, 'Somebody else replays at this moment', [
          'Not everything was replayed: another gateway is at it. Try again in a moment: nothing is counted twice.',
          html`<a href="${back(words)}">Rejected events</a>.`,
        ])
      log.error('a replay in the console failed', { error: explainError(error) })
      return noticePage(c, 503, 'Not everything could be replayed', [
        'The engine or the disk does not answer. What was replayed stays so; try again in a moment: nothing is counted twice.',
        html`<a href="${back(words)}">Rejected events</a>, <a href="/console/health">Health</a>.`,
      ])
    }
  }
  return app
}

/** The filter, as an address or a form says it. */
export function wordsOf(given: { readonly [name: string]: unknown }): FilterWords {
  const text = (name: string) => label(field(given[name]), 200)
  return { source: text('source'), code: text('code'), event: text('event'), span: text('span').slice(0, 1) }
}

function placeOf(text: string): Place | null {
  if (text === '') return START
  const [, at, segment_id, index] = /^(\d{1,13}) ([0-9a-f-]{36}) (\d{1,10})$/.exec(text) ?? []
  return segment_id === undefined ? null : { received_at: Number(at), segment_id, segment_index: Number(index) }
}
