import { describe, expect, it } from 'vitest'
import { type LiveView, livePage } from './livePage.ts'

const VIEW: LiveView = {
  filter: { source: '', outcome: '', text: '' },
  sources: [],
  entries: [],
  after: 'feed-0',
  perSecond: 0,
  host: 'http://127.0.0.1:8090',
  writeKey: 'wk_1',
  hasDemo: false,
  takesEvents: true,
}
const shown = async (view: Partial<LiveView>) => String(await livePage({ ...VIEW, ...view }))

describe('a live page without events', () => {
  it('says how to send the first one', async () => {
    expect(await shown({})).toMatch(/Waiting for the first event[\s\S]*curl http:\/\/127\.0\.0\.1:8090\/v1\/track -u wk_1:/)
  })

  it('of a process that only runs jobs says where to look instead, with a filter too, and asks for no event', async () => {
    for (const view of [{}, { filter: { ...VIEW.filter, text: 'signup' } }]) {
      const page = await shown({ ...view, takesEvents: false })
      expect(page).toMatch(/ROLE=jobs[\s\S]*ROLE=ingest[\s\S]*href="\/console\/sources"/)
      expect(page).not.toMatch(/Waiting for the first|curl/)
    }
  })
})
