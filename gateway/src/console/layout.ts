import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

export interface PageFrame {
  readonly title: string
  /** Signed in: shows navigation and sign-out. */
  readonly isSignedIn: boolean
}

/** The frame of every page: landmarks, skip link, one stylesheet, no script. */
export function layout({ title, isSignedIn }: PageFrame, body: Html): Html {
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
    ? html`<nav aria-label="Main"><a href="/console/">Accounts</a></nav>
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

/** A page that says one thing and what to do about it. */
export function notice(title: string, lines: readonly (Html | string)[]): Html {
  return html`<section class="notice"><h1>${title}</h1>${lines.map(line => html`<p>${line}</p>`)}</section>`
}
