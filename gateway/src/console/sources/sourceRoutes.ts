import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { configuredOrigins } from '../../keys/origins.ts'
import { isKeyName } from '../../keys/parse.ts'
import type { KeyRing } from '../../keys/ring.ts'
import { putSettings, type SettingsRing } from '../../keys/settings.ts'
import { createKey, isLive, listKeys, revokeKey, rotateKey, type StoredKey } from '../../keys/table.ts'
import { explainError, type Log } from '../../log.ts'
import { label } from '../../read/label.ts'
import type { PublicAddress } from '../frame/publicAddress.ts'
import { field, noticePage, page } from '../frame/respond.ts'
import { type KeyForm, readKeyForm } from './keyForm.ts'
import { createdPage, newKeyPage, revokePage } from './keyPages.ts'
import { createOnceForms } from './onceForms.ts'
import { readSources, type SourcesEdges } from './readSources.ts'
import { OVERLAPS, rotatePage } from './rotatePage.ts'
import { readSettingsForm, type SettingsForm } from './settingsForm.ts'
import { settingsPage } from './settingsPage.ts'
import { sourcesPage } from './sourcesPage.ts'

export interface SourcePagesDeps extends SourcesEdges {
  readonly keys: Pick<KeyRing, 'reload'>
  readonly settingsRing: Pick<SettingsRing, 'reload'>
  /** Events a second that a source may send where nothing is set; null: any number. */
  readonly usualRate: number | null
  /** Where pages may send besides /v1/batch; null: nowhere. */
  readonly ingestPath: string | null
  readonly address: PublicAddress
  readonly log: Pick<Log, 'info' | 'error'>
  readonly randomUUID: () => string
  /** Where configured write keys and secret keys are set, for people. */
  readonly setIn: { readonly write: string; readonly secret: string }
}

const BACK = html`Back to <a href="/console/sources">sources and keys</a>.`
/** What was done, by the word in the address. */
const SAID: { readonly [word: string]: string } = {
  revoked: 'The key is revoked. This gateway refuses it from now on, others within 5 seconds.',
  set: 'The settings are saved. They are in force here, at other gateways within 5 seconds.',
}

/** What sends, with which keys; making, rotating and revoking keys; what a source may do. */
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
        said: SAID[c.req.query('said') ?? ''] ?? null,
        ingestPath: deps.ingestPath,
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
      return await page(c, createdPage(read.wanted, created, address.origin(c), deps.ingestPath))
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
      return c.redirect('/console/sources?said=revoked', 303)
    }),
  )

  app.get('/console/sources/keys/:id/rotate', c => withKey(c, async key => page(c, rotatePage(key, forms.issue()))))

  app.post('/console/sources/keys/:id/rotate', async c => {
    const body = await c.req.parseBody()
    if (!forms.take(field(body.once))) return usedUp(c)
    const overlap = OVERLAPS[field(body.overlap)]
    if (overlap === undefined) return noticePage(c, 400, 'Choose how long the old key stays good', [BACK])
    return withKey(c, async key => {
      const made = await rotateKey(db, key.key_id, { now: now(), overlapMs: overlap.ms })
      if (made === null) return noticePage(c, 409, 'This key is revoked already', [BACK])
      await keys.reload()
      log.info('a key was rotated in the console', { key: key.key_id, by: made.keyId, kind: key.kind })
      const { kind, name, scopes } = key
      const wanted = kind === 'write' ? { kind, name, server: key.is_server === 1 } : { kind, name, scopes }
      return page(c, createdPage(wanted, made, address.origin(c), deps.ingestPath, made.endsAt))
    })
  })

  const settingsView = (form: SettingsForm, complaint = '') =>
    settingsPage({
      form,
      complaint,
      configured: configuredOrigins(deps.allowedOrigins, form.source),
      usualRate: deps.usualRate,
      refusals: deps.refusals(form.source),
      now: now(),
    })

  app.get('/console/sources/settings', c => {
    const source = c.req.query('source') ?? ''
    if (!isKeyName(source)) return noSource(c)
    const { origins = [], events_per_second = 0, first_party_id = 0, never_stored = [] } = deps.settings(source) ?? {}
    const rate = events_per_second === 0 ? '' : String(events_per_second)
    const neverStored = never_stored.join('\n')
    return page(c, settingsView({ source, origins: origins.join('\n'), rate, isFirstParty: first_party_id === 1, neverStored }))
  })

  app.post('/console/sources/settings', async c => {
    const body = await c.req.parseBody()
    const source = field(body.source)
    if (!isKeyName(source)) return noSource(c)
    const read = readSettingsForm(source, body)
    if ('complaint' in read) return page(c, settingsView(read.form, read.complaint), 400)
    try {
      await putSettings(db, read.wanted, now())
      await deps.settingsRing.reload()
      log.info('settings of a source were changed in the console', { source })
      return c.redirect('/console/sources?said=set', 303)
    } catch (error) {
      return notNow(c, 'The settings could not be saved', error)
    }
  })

  async function withKey(c: Context, act: (key: StoredKey, all: readonly StoredKey[]) => Promise<Response>): Promise<Response> {
    try {
      const all = await listKeys(db)
      const key = all.find(({ key_id }) => key_id === c.req.param('id'))
      if (key === undefined)
        return noticePage(c, 404, 'There is no such key', [
          html`No key that was created at run time has the id “${label(c.req.param('id') ?? '', 40)}”. Configured keys are revoked where they are set: ${label(deps.setIn.write, 200)}, ${label(deps.setIn.secret, 200)}.`,
          html`Back to <a href="/console/sources">sources and keys</a>.`,
        ])
      if (!isLive(key, now()))
        return noticePage(c, 409, 'This key is revoked already', [html`Back to <a href="/console/sources">sources and keys</a>.`])
      return await act(key, all)
    } catch (error) {
      return notNow(c, 'The key could not be revoked', error)
    }
  }

  /** Whether nothing more can come from the source of this key, once it is gone. */
  function isLastOf(key: StoredKey, all: readonly StoredKey[]): boolean {
    if (key.kind === 'secret') return false
    const others = all.filter(other => other.kind === 'write' && isLive(other, now()) && other.key_id !== key.key_id)
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

function noSource(c: Context): Promise<Response> {
  return noticePage(c, 404, 'There is no such source', [BACK])
}

function usedUp(c: Context): Promise<Response> {
  return noticePage(c, 409, 'This form was sent already', [
    'A key is shown once, and sending its form again makes no second one.',
    html`To make another, open <a href="/console/sources/keys/new">a new form</a>; the keys there are stand under <a href="/console/sources">sources and keys</a>.`,
  ])
}
