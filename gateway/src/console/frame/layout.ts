import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

export interface PageFrame {
  readonly title: string
  /** Signed in: shows navigation and sign-out. */
  readonly isSignedIn: boolean
  /** The section whose first page this is: its link says that one is there. */
  readonly at?: Section
}

const SECTIONS = {
  accounts: { title: 'Accounts', path: '/console/' },
  live: { title: 'Live events', path: '/console/live' },
  rejected: { title: 'Rejected', path: '/console/rejected' },
  plan: { title: 'Plan', path: '/console/plan' },
  sources: { title: 'Sources', path: '/console/sources' },
  health: { title: 'Health', path: '/console/health' },
} as const
export type Section = keyof typeof SECTIONS

/** The frame of every page: landmarks, skip link, one stylesheet. */
export function layout({ title, isSignedIn, at }: PageFrame, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Waymark</title>
<link rel="stylesheet" href="/console/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/console/">Waymark</a>
${
  isSignedIn
    ? html`<nav aria-label="Main">${Object.entries(SECTIONS).map(
        ([name, { title, path }]) => html`<a href="${path}"${name === at ? html` aria-current="page"` : ''}>${title}</a>`,
      )}</nav>
<form class="sign-out" method="post" action="/console/sign-out"><button class="quiet" type="submit">Sign out</button></form>`
    : ''
}
</header>
<main id="main">
${body}
</main>
</body>
</html>`
}

/** Says one thing and what to do about it: a page of its own, or (`isPart`) in place of what a page would list. */
export function notice(title: string, lines: readonly (Html | string)[], isPart = false): Html {
  const heading = isPart ? html`<h2>${title}</h2>` : html`<h1>${title}</h1>`
  return html`<section class="notice">${heading}${lines.map(line => html`<p>${line}</p>`)}</section>`
}
