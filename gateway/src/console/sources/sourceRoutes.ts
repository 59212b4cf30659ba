import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { KeyRing } from '../../keys/ring.ts'
import { createKey, listKeys, revokeKey, type StoredKey } from '../../keys/table.ts'
import { explainError, type Log } from '../../log.ts'
import { label } from '../../read/label.ts'
import type { PublicAddress } from '../frame/publicAddress.ts'
import { field, noticePage, page } from '../frame/respond.ts'
import { type KeyForm, readKeyForm } from './keyForm.ts'
import { createdPage, newKeyPage, revokePage } from './keyPages.ts'
import { createOnceForms } from './onceForms.ts'
import { readSources, type SourcesEdges } from './readSources.ts'
import { sourcesPage } from './sourcesPage.ts'

export interface SourcePagesDeps extends SourcesEdges {
  readonly keys: Pick<KeyRing, 'reload'>
  readonly address: PublicAddress
  readonly log: Pick<Log, 'info' | 'error'>
  readonly randomUUID: () => string
  /** Where configured write keys and secret keys are set, for people. */
  readonly setIn: { readonly write: string; readonly secret: string }
}

/** What sends, with which keys; making and revoking keys. */
export function createSourcePages(deps: SourcePagesDeps): Hono {
  const { db, keys, address, log, now } = deps
  const forms = createOnceForms(deps.randomUUID)
  const app = new Hono()

  app.get('/console/sources', async c =>
    page(
      c,
      sourcesPage({
        facts: await readSources(deps),
        origin: address.origin(c),
        now: now(),
        isRevoked: c.req.query('revoked') === '1',
        setIn: deps.setIn,
      }),
    ),
  )

  app.get('/console/sources/keys/new', c => {
    const kind: KeyForm['kind'] = c.req.query('kind') === 'secret' ? 'secret' : 'browser'
    return page(c, newKeyPage({ kind, name: (c.req.query('name') ?? '').slice(0, 64), scopes: ['read'] }, forms.issue()))
  })

  app.post('/console/sources/keys', async c => {
    const body = await c.req.parseBody({ all: true })
    if (!forms.take(field(body.once))) return usedUp(c)
    const read = readKeyForm(body)
    if ('complaint' in read) return page(c, newKeyPage(read.form, forms.issue(), read.complaint), 400)
    try {
      const created = await createKey(db, read.wanted, now())
      await keys.reload()
      log.info('a key was created in the console', { key: created.keyId, kind: read.wanted.kind })
      return await page(c, createdPage(read.wanted, created, address.origin(c)))
    } catch (error) {
      return notNow(c, 'The key could not be created', error)
    }
  })

  app.get('/console/sources/keys/:id/revoke', c => withKey(c, async (key, all) => page(c, revokePage(key, isLastOf(key, all)))))

  app.post('/console/sources/keys/:id/revoke', c =>
    withKey(c, async key => {
      await revokeKey(db, key.key_id, now())
      await keys.reload()
      log.info('a key was revoked in the console', { key: key.key_id, kind: key.kind })
      return c.redirect('/console/sources?revoked=1', 303)
    }),
  )

  async function withKey(c: Context, act: (key: StoredKey, all: readonly StoredKey[]) => Promise<Response>): Promise<Response> {
    try {
      const all = await listKeys(db)
      const key = all.find(({ key_id }) => key_id === c.req.param('id'))
      if (key === undefined)
        return noticePage(c, 404, 'There is no such key', [
          html`No key that was created at run time has the id “${label(c.req.param('id') ?? '', 40)}”. Configured keys are revoked where they are set: ${label(deps.setIn.write, 200)}, ${label(deps.setIn.secret, 200)}.`,
          html`Back to <a href="/console/sources">sources and keys</a>.`,
        ])
      if (key.revoked_at !== null)
        return noticePage(c, 409, 'This key is revoked already', [html`Back to <a href="/console/sources">sources and keys</a>.`])
      return await act(key, all)
    } catch (error) {
      return notNow(c, 'The key could not be revoked', error)
    }
  }

  /** Whether nothing more can come from the source of this key, once it is gone. */
  function isLastOf(key: StoredKey, all: readonly StoredKey[]): boolean {
    if (key.kind === 'secret') return false
    const others = all.filter(other => other.kind === 'write' && other.revoked_at === null && other.key_id !== key.key_id)
    return ![...others, ...deps.writeKeys].some(({ name }) => name === key.name)
  }

  function notNow(c: Context, title: string, error: unknown): Promise<Response> {
    log.error('a key could not be changed in the console', { error: explainError(error) })
    return noticePage(c, 503, title, [
      'The engine does not answer. Wait a moment, look at the list of keys to see whether it happened all the same, and try again.',
      html`<a href="/console/health">Health</a> says what is wrong; <a href="/console/sources">sources and keys</a> has the list.`,
    ])
  }

  return app
}

function usedUp(c: Context): Promise<Response> {
  return noticePage(c, 409, 'This form was sent already', [
    'A key is shown once, and sending its form again makes no second one.',
    html`To make another, open <a href="/console/sources/keys/new">a new form</a>; the keys there are stand under <a href="/console/sources">sources and keys</a>.`,
  ])
}
