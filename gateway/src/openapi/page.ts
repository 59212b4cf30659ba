import { html, raw } from 'hono/html'
import type { Document } from './document.ts'
import type { Operation, Parameter } from './operation.ts'

type Html = ReturnType<typeof html>

/** The operations to read: one page, without a script. */
export function page(operations: readonly Operation[], { components }: Document, version: string): Html {
  const tags = [...new Set(operations.map(({ tag }) => tag))]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>HTTP API · Waymark</title>
<link rel="stylesheet" href="/openapi.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><h1>Waymark’s HTTP API</h1>
<p>Version ${version}. For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p></header>
<nav aria-label="Sections"><ul>${tags.map(tag => html`<li><a href="#${anchor(tag)}">${tag}</a></li>`)}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main>
${tags.map(
  tag => html`<section aria-labelledby="${anchor(tag)}"><h2 id="${anchor(tag)}">${tag}</h2>
${operations.filter(one => one.tag === tag).map(section)}</section>`,
)}
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) =>
    // On what is inside: a link to it opens it.
    html`<details><summary><code>${name}</code></summary><pre tabindex="0" id="schema-${name}">${JSON.stringify(schema, null, 2)}</pre></details>`,
)}</section>
</main>
</body>
</html>`
}

const ACCESS: { readonly [access in Operation['access']]: string } = {
  anybody: 'no key',
  'write key': 'a write key',
  read: 'a secret key, scope read',
  admin: 'a secret key, scope admin',
  merge: 'a secret key, scope merge',
  import: 'a write key, or a secret key with scope import',
  metrics: 'METRICS_KEY, or a secret key with scope read; nothing on loopback',
}

function section({ method, path, summary, says, access, inPath = [], query = [], headers = [], body, answers, refusals }: Operation): Html {
  const parameters = [...inPath, ...query, ...headers]
  return html`<details class="operation"><summary><code><b class="${method}">${method.toUpperCase()}</b> ${path}</code> <span>${summary}</span></summary>
<p class="access">Needs ${ACCESS[access]}</p>
${says === undefined ? '' : html`<p>${coded(says)}</p>`}
${
  parameters.length === 0
    ? ''
    : html`<div class="wide" tabindex="0" role="group" aria-label="Parameters of ${method.toUpperCase()} ${path}"><table><caption>Parameters</caption><thead><tr><th scope="col">Name</th><th scope="col">Values</th><th scope="col">What</th></tr></thead>
<tbody>${parameters.map(one => html`<tr><th scope="row"><code>${one.name}</code></th><td>${values(one)}</td><td>${coded(one.says)}</td></tr>`)}</tbody></table></div>`
}
${
  body === undefined
    ? ''
    : html`<h3>Body</h3><p>${schemaLink(body.schema)}</p><pre tabindex="0">${JSON.stringify(body.example, null, 2)}</pre>`
}
<h3>Answers</h3>
<ul>${Object.entries(answers).map(
    ([status, { says: words, type, schema }]) =>
      html`<li><b>${status}</b> ${schema === '' ? html`<code>${type}</code>` : schemaLink(schema)} ${coded(words)}</li>`,
  )}${refusals.length === 0 ? '' : html`<li><b>${refusals.join(', ')}</b> ${schemaLink('ErrorAnswer')}</li>`}</ul>
</details>`
}

function schemaLink(name: string): Html {
  return html`<a href="#schema-${name}"><code>${name}</code></a>`
}

function values({ schema }: Parameter): Html {
  const { enum: words, type, minimum, maximum, default: usual, description } = schema
  const range = minimum === undefined ? '' : maximum === undefined ? `from ${String(minimum)}` : `${String(minimum)} to ${String(maximum)}`
  const said = Array.isArray(words)
    ? words.join(', ')
    : [typeof description === 'string' ? description : type, range].filter(Boolean).join(', ')
  return html`${said}${usual === undefined ? '' : `; usually ${String(usual)}`}`
}

/** Words between backticks as code. */
function coded(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}${raw('')}`
}

function anchor(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z]+/g, '-')
}
