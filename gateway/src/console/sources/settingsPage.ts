import { html } from 'hono/html'
import type { SourceRefusals } from '../../edge/refusals.ts'
import { spanWords } from '../../health/words.ts'
import { label } from '../../read/label.ts'
import { type Html, layout } from '../frame/layout.ts'
import type { SettingsForm } from './settingsForm.ts'

export interface SettingsView {
  readonly form: SettingsForm
  readonly complaint: string
  /** Of ALLOWED_ORIGINS, which counts before the form; null: it does not name this source. */
  readonly configured: readonly string[] | null
  /** Events a second where nothing is set; null: any number. */
  readonly usualRate: number | null
  readonly refusals: SourceRefusals
  readonly now: number
}

/** What a source may do, and whom it turned away. */
export function settingsPage({ form, complaint, configured, usualRate, refusals, now }: SettingsView): Html {
  return layout(
    { title: `Settings of ${form.source}`, isSignedIn: true },
    html`<p class="crumbs"><a href="/console/sources">Sources and keys</a></p>
<section class="card narrow key-form"><h1>Settings of ${label(form.source, 80)}</h1>
${complaint === '' ? '' : html`<p class="complaint" role="alert">${complaint}</p>`}
<form method="post" action="/console/sources/settings">
<input type="hidden" name="source" value="${label(form.source, 80)}">
<label for="origins">Pages that may send with a public key</label>
<textarea id="origins" name="origins" rows="4" spellcheck="false" autocapitalize="none" aria-describedby="origins-hint"${configured === null ? '' : html` disabled`}>${lines(configured === null ? form.origins : configured.join('\n'))}</textarea>
<p class="hint" id="origins-hint">${
      configured === null
        ? html`One a line, e.g. <code>https://www.acme.com</code> or <code>https://*.acme.com</code>; empty takes every page. It stops copies of a site and mistakes, not a forger: programs write what they like.`
        : html`Set in <code>ALLOWED_ORIGINS</code>, and changed there.`
    }</p>
${refused(refusals, now)}
<label for="rate">Events a second, at each gateway</label>
<input id="rate" name="rate" value="${label(form.rate, 20)}" inputmode="numeric" autocomplete="off" aria-describedby="rate-hint">
<p class="hint" id="rate-hint">Empty: ${usualRate === null ? 'any number' : `the usual ${usualRate.toLocaleString('en')} with public keys, any number with server keys`}. Above it senders are told to wait, and keep their events.${refusals.byRate > 0 ? html` ${refusals.byRate.toLocaleString('en')} requests were told so since this gateway started.` : ''}</p>
<label class="choice"><input type="checkbox" name="firstParty" value="on"${form.isFirstParty ? html` checked` : ''}><span>First-party id<span class="sub">Answers set the visitor’s anonymous id as a cookie of your site. Safari forgets cookies of scripts after 7 days, not this one. Works where this gateway is served on the page’s own host; not for visitors with Global Privacy Control. Name it in your consent notice: wm_fid, 400 days.</span></span></label>
<label for="never-stored">Never stored</label>
<textarea id="never-stored" name="neverStored" rows="2" spellcheck="false" autocapitalize="none" aria-describedby="never-stored-hint">${lines(form.neverStored)}</textarea>
<p class="hint" id="never-stored-hint">Names of properties and traits, one a line, e.g. <code>ssn</code>. They are taken out of every event before anything of it is kept, rejected events included; what is stored already stays. <code>phone_number</code> is also <code>phoneNumber</code>.</p>
<button type="submit">Save</button>
<a class="button quiet" href="/console/sources">Cancel</a>
</form></section>`,
  )
}

/** One a line. */
function lines(text: string): string {
  return text
    .split(/[\s,]+/)
    .map(line => label(line, 300))
    .join('\n')
}

function refused({ byOrigin, origins }: SourceRefusals, now: number): Html | string {
  if (byOrigin === 0) return ''
  return html`<p>${byOrigin.toLocaleString('en')} requests of pages that are not listed were refused since this gateway started:</p>
<table class="keys"><thead><tr><th scope="col">Page</th><th scope="col" class="number">Times</th><th scope="col">Last</th></tr></thead><tbody>${origins.map(
    ({ origin, times, lastAt }) =>
      html`<tr><td><code>${label(origin, 200)}</code></td><td class="number">${times.toLocaleString('en')}</td><td>${spanWords(now - lastAt)} ago</td></tr>`,
  )}</tbody></table>`
}
