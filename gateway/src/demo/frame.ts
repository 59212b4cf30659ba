import { html } from 'hono/html'
import {
  ARTICLE_LIST,
  CAREERS,
  COMPARISON,
  DEMO_REQUEST,
  type DemoPage,
  DOCS_LIST,
  documentTitle,
  PRICING,
  SECURITY,
  SIGN_UP,
  VENDOR,
  WEBINAR,
} from './map.ts'

export type Html = ReturnType<typeof html>

const NAVIGATION = [
  { path: ARTICLE_LIST.path, word: 'Articles' },
  { path: COMPARISON.path, word: 'Compare' },
  { path: PRICING.path, word: 'Pricing' },
  { path: DOCS_LIST.path, word: 'Docs' },
] as const

/** Address of a page of the vendor's as the gateway serves it. */
export function href(path: string): string {
  return path === '/' ? '/demo/' : `/demo${path}`
}

/**
 * A page of the vendor's site. The SDK is embedded as the snippet says; the scripts around it are the site's own: `panel.js` listens to what
 * leaves, `site.js` tells the SDK about forms. No inline script. Without a public key nothing is captured.
 */
export function frame(page: DemoPage, writeKey: string | null, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${documentTitle(page)}</title>
<link rel="stylesheet" href="/demo/assets/site.css">
<link rel="icon" href="data:,">
${
  writeKey === null
    ? ''
    : html`<script src="/demo/assets/panel.js"></script>
<script src="/waymark.js" data-write-key="${writeKey}"></script>
<script src="/demo/assets/site.js" defer></script>`
}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<p class="note">A made-up company: this is the demo site of <a href="/console/">Waymark</a>. What you do here is captured by your own gateway and goes nowhere else.</p>
<header class="top">
<a class="brand" href="${href('/')}">${VENDOR.name}</a>
<nav aria-label="Main">${NAVIGATION.map(
    ({ path, word }) => html`<a href="${href(path)}"${page.path.startsWith(path) ? html` aria-current="page"` : ''}>${word}</a>`,
  )}</nav>
<a class="button small" href="${href(DEMO_REQUEST.path)}">Request a demo</a>
</header>
<main id="main">
${body}
</main>
<footer class="foot">
<p><strong>${VENDOR.name}</strong><br>Spare parts planning for factories.</p>
<nav aria-label="More">${[SIGN_UP, WEBINAR, SECURITY, CAREERS].map(({ path, title }) => html`<a href="${href(path)}">${title}</a>`)}</nav>
</footer>
</body>
</html>`
}

/** A page of text in one column. */
export function prose(page: DemoPage, lead: string, body: Html): Html {
  return html`<article class="prose"><h1>${page.title}</h1><p class="lead">${lead}</p>${body}</article>`
}

export interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email'
  readonly autocomplete: string
}

export const PERSON_FIELDS: readonly Field[] = [
  { name: 'name', label: 'Your name', autocomplete: 'name' },
  { name: 'email', label: 'Work e-mail', type: 'email', autocomplete: 'email' },
]
export const COMPANY_FIELDS: readonly Field[] = [
  ...PERSON_FIELDS,
  { name: 'title', label: 'Job title', autocomplete: 'organization-title' },
  { name: 'company', label: 'Company', autocomplete: 'organization' },
]

/** A form that site.js turns into identify, group and the event named; it is never posted anywhere. */
export function form(
  event: string,
  fields: readonly Field[],
  button: string,
  thanks: string,
  properties: Record<string, string> = {},
): Html {
  return html`<form class="card form" data-event="${event}" data-properties="${JSON.stringify(properties)}" data-thanks="${thanks}">
${fields.map(
  ({ name, label, type = 'text', autocomplete }) =>
    html`<label>${label}<input name="${name}" type="${type}" autocomplete="${autocomplete}" maxlength="120" required></label>`,
)}
<button type="submit">${button}</button>
<p class="hint">Any invented name will do, for example ana@your-company.example. Nobody is written to.</p>
<p class="thanks" role="status"></p>
</form>`
}
