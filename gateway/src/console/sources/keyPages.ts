import { html } from 'hono/html'
import { KEY_NAME_RULE, SCOPES, type Scope } from '../../keys/parse.ts'
import type { CreatedKey, NewKey, StoredKey } from '../../keys/table.ts'
import { label } from '../../read/label.ts'
import { minute } from '../frame/format.ts'
import { type Html, layout } from '../frame/layout.ts'
import { copyable, nodeLines, pageSnippet } from './embed.ts'
import type { KeyForm } from './keyForm.ts'

const SCOPE_WORDS: { readonly [scope in Scope]: string } = {
  read: 'read accounts, people, reports',
  admin: 'run jobs, change models and webhooks',
  import: 'import history with its own times',
  delete: 'delete people and accounts',
  merge: 'undo merges',
}

const CRUMBS = html`<p class="crumbs"><a href="/console/sources">Sources and keys</a></p>`

export function newKeyPage(form: KeyForm, once: string, complaint = ''): Html {
  const isSecret = form.kind === 'secret'
  return layout(
    { title: isSecret ? 'New secret key' : 'New write key', isSignedIn: true },
    html`${CRUMBS}<section class="card narrow key-form"><h1>${isSecret ? 'New secret key' : 'New write key'}</h1>
<p>${isSecret ? 'It reads and operates this gateway over its API. Give each holder a key of its own.' : 'It lets a site or a service send events. It reads nothing.'}</p>
${complaint === '' ? '' : html`<p class="complaint" role="alert">${complaint}</p>`}
<form method="post" action="/console/sources/keys">
<input type="hidden" name="once" value="${once}">
<label for="name">${isSecret ? 'Name of its holder' : 'Name of the source'}</label>
<input id="name" name="name" value="${label(form.name, 200)}" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="rule"${complaint === '' ? '' : html` aria-invalid="true"`}>
<p class="hint" id="rule">${KEY_NAME_RULE}.${isSecret ? '' : ' A name in use adds a key to that source.'}</p>
${isSecret ? scopeFields(form.scopes) : kindFields(form.kind)}
<button type="submit">Create the key</button>
</form></section>`,
  )
}

function kindFields(kind: KeyForm['kind']): Html {
  return html`<fieldset><legend>Who holds it</legend>
<label class="choice"><input type="radio" name="kind" value="browser"${kind === 'server' ? '' : html` checked`}><span>A page<span class="sub">Public: anybody can read it in the page. What it says about identity is believed less.</span></span></label>
<label class="choice"><input type="radio" name="kind" value="server"${kind === 'server' ? html` checked` : ''}><span>A server<span class="sub">Private: its identities are verified, it may send history, and it is refused from pages.</span></span></label></fieldset>`
}

function scopeFields(scopes: readonly Scope[]): Html {
  return html`<input type="hidden" name="kind" value="secret"><fieldset><legend>What it may do</legend>
${SCOPES.map(scope => html`<label class="choice"><input type="checkbox" name="scopes" value="${scope}"${scopes.includes(scope) ? html` checked` : ''}><span>${scope}<span class="sub">${SCOPE_WORDS[scope]}</span></span></label>`)}</fieldset>`
}

/** The only page that ever shows a key that is not public. `endsAt`: when the key that it takes the place of ends. */
export function createdPage(
  wanted: NewKey,
  { key, keyId }: CreatedKey,
  origin: string,
  ingestPath: string | null,
  endsAt: number | null = null,
): Html {
  const isPublic = wanted.kind === 'write' && !wanted.server
  return layout(
    { title: 'The new key', isSignedIn: true },
    html`${CRUMBS}<section class="card"><h1>${isPublic ? 'The new key' : 'Copy the key now'}</h1>
${isPublic ? '' : html`<p>It is shown this once. The gateway keeps a hash of it and its last four characters; if it is lost, make another and revoke this one.</p>`}${endsAt === null ? '' : html`<p>The old key is good until ${minute(new Date(endsAt).toISOString())}.</p>`}
${copyable('The new key', key)}
<p class="hint">${wanted.kind === 'write' ? html`Write key ${label(keyId, 40)} of source ${label(wanted.name, 80)}, for ${wanted.server ? 'servers' : 'pages'}.` : html`Secret key ${label(keyId, 40)} of ${label(wanted.name, 80)}; it may: ${label((wanted.scopes ?? SCOPES).join(', '))}.`} It works at this gateway already, at others within 5 seconds.</p>
<h2>What to do next</h2>
${next(wanted, key, origin, ingestPath)}
<p><a class="button" href="/console/sources">${isPublic ? 'Sources and keys' : 'I have copied it'}</a></p></section>`,
  )
}

function next(wanted: NewKey, key: string, origin: string, ingestPath: string | null): Html {
  if (wanted.kind === 'secret')
    return html`<p>Keep it where your other secrets are. To try it:</p>${copyable('Try the key', `curl ${origin}/v1/accounts -H 'Authorization: Bearer ${key}'`)}`
  if (wanted.server)
    return html`<p>Put it into the environment of your service:</p>${copyable('For the environment', `WAYMARK_WRITE_KEY=${key}`)}<p>and send with it:</p>${copyable('Lines for a Node service', nodeLines(origin))}`
  return html`<p>Put this into the head of every page; page views are sent by themselves, and show in <a href="/console/live">Live events</a>.</p>${copyable('Snippet for a page', pageSnippet(origin, key, ingestPath))}`
}

/** Asks before a key is ended: what it is, and what stops. */
export function revokePage(key: StoredKey, isLast: boolean): Html {
  const at = new Date(key.created_at).toISOString()
  return layout(
    { title: 'Revoke a key', isSignedIn: true },
    html`${CRUMBS}<section class="card narrow key-form"><h1>Revoke this key?</h1>
<dl><dt>${key.kind === 'write' ? 'Source' : 'Holder'}</dt><dd>${label(key.name, 80)}</dd><dt>Key</dt><dd><code>…${label(key.last4, 8)}</code> (${label(key.key_id, 40)})</dd><dt>Created</dt><dd>${minute(at)}</dd></dl>
<p>${key.kind === 'write' ? 'Events sent with it are refused (401) within 5 seconds and are not stored.' : 'Calls with it are refused (401) within 5 seconds.'} It cannot be taken back; a new key can be made.</p>
${isLast ? html`<p class="complaint">It is the only live key of this source: nothing more will come from it.</p>` : ''}
<form method="post" action="/console/sources/keys/${encodeURIComponent(key.key_id)}/revoke"><button class="danger" type="submit">Revoke the key</button>
<a class="button quiet" href="/console/sources">Keep it</a></form></section>`,
  )
}
