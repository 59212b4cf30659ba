import { html } from 'hono/html'
import { articleList, articlePage } from './articles.ts'
import { COMPANY_FIELDS, form, type Html, href, PERSON_FIELDS, prose } from './frame.ts'
import {
  ARTICLE_LIST,
  ARTICLES,
  CAREERS,
  COMPARISON,
  DEMO_REQUEST,
  type DemoPage,
  DOCS,
  DOCS_LIST,
  HOME,
  PRICING,
  SECURITY,
  SIGN_UP,
  WEBINAR,
} from './map.ts'

const PLANS = [
  { name: 'Starter', price: '€290', per: 'a month', points: ['One plant, up to 2,000 parts', 'Forecast and alerts', 'Help by e-mail'] },
  {
    name: 'Plant',
    price: '€890',
    per: 'a month and plant',
    points: ['Parts without limit', 'Link to your maintenance system', 'Training on site'],
  },
  {
    name: 'Group',
    price: 'On request',
    per: 'from four plants',
    points: ['Stock shared between plants', 'Sign-on with your directory', 'A planner of ours at your side'],
  },
] as const

const DIFFERENCES = [
  ['Warns before a part runs short', 'Every morning, by line', 'When somebody looks'],
  ['Counts how late suppliers really are', 'From your goods receipts', 'By hand'],
  ['Keeps why somebody decided otherwise', 'Next to the part', 'In a comment, perhaps'],
  ['Several people at once', 'Yes', 'Until somebody sorts'],
  ['Costs nothing to start', 'For 14 days', 'Yes'],
] as const

function home(): Html {
  return html`<section class="hero"><h1>The right part on the shelf, and only that one</h1>
<p class="lead">Larkmoor reads your maintenance system and tells you each morning which spare parts will run short, which lie there for nothing, and why.</p>
<p class="row"><a class="button" href="${href(SIGN_UP.path)}">Start a free trial</a><a class="button quiet" href="${href(DEMO_REQUEST.path)}">Request a demo</a></p></section>
<div class="columns three">
<section class="card"><h2>Fewer standstills</h2><p>Plants that plan with ranges instead of averages wait for parts about half as often.</p></section>
<section class="card"><h2>Less on the shelf</h2><p>A fifth of a usual stockroom has not moved in five years. We show which fifth.</p></section>
<section class="card"><h2>Reasons, not orders</h2><p>Every suggestion says what it rests on. The planner decides, and the reason is kept.</p></section>
</div>
<section class="columns"><div class="card"><h2>Read</h2><ul class="plain">${ARTICLES.map(({ path, title }) => html`<li><a href="${href(path)}">${title}</a></li>`)}</ul></div>
<div class="card"><h2>Look closer</h2><ul class="plain">${[PRICING, COMPARISON, SECURITY, WEBINAR, DOCS_LIST].map(({ path, title }) => html`<li><a href="${href(path)}">${title}</a></li>`)}</ul></div></section>`
}

function pricing(): Html {
  return html`<h1>Pricing</h1><p class="lead">By plant, not by person: the whole shift may look.</p>
<div class="columns three">${PLANS.map(
    ({ name, price, per, points }) =>
      html`<section class="card plan"><h2>${name}</h2><p class="price">${price} <span>${per}</span></p><ul>${points.map(point => html`<li>${point}</li>`)}</ul>
<a class="button${name === 'Plant' ? '' : ' quiet'}" href="${href(name === 'Group' ? DEMO_REQUEST.path : SIGN_UP.path)}">${name === 'Group' ? 'Talk to us' : 'Start a free trial'}</a></section>`,
  )}</div>`
}

function comparison(): Html {
  return html`<h1>${COMPARISON.title}</h1><p class="lead">A good spreadsheet beats bad software. This is where it ends.</p>
<div class="card scroll" role="region" aria-label="Comparison" tabindex="0"><table><thead><tr><th scope="col"></th><th scope="col">Larkmoor</th><th scope="col">Spreadsheet</th></tr></thead>
<tbody>${DIFFERENCES.map(([what, ours, theirs]) => html`<tr><th scope="row">${what}</th><td>${ours}</td><td>${theirs}</td></tr>`)}</tbody></table></div>
<p class="row"><a class="button" href="${href(PRICING.path)}">See prices</a><a class="button quiet" href="${href(DEMO_REQUEST.path)}">See it work</a></p>`
}

function docsList(): Html {
  return html`<h1>Documentation</h1><p class="lead">Short, because there is little to set up.</p>
<div class="columns">${DOCS.map(({ path, title }) => html`<section class="card"><h2><a href="${href(path)}">${title}</a></h2></section>`)}</div>`
}

function quickstart(page: DemoPage): Html {
  return prose(
    page,
    'Two exports and a cup of coffee.',
    html`<ol><li>Export two years of goods receipts and of parts used, as CSV.</li><li>Drop both files on the import page. Columns are recognised by their content.</li><li>Name the lines and give each the cost of an hour; a guess will do.</li><li>Open the plan. Parts that will run short are on top, each with its reason.</li></ol>
<p>The checklist that our own people take along:</p><p class="row"><a class="button quiet" href="/demo/assets/checklist.txt" download data-download="Stockroom audit checklist">Download the checklist</a></p>`,
  )
}

function api(page: DemoPage): Html {
  return prose(
    page,
    'What the maintenance system tells us, and what it gets back.',
    html`<p>Send each use of a part when it happens; send goods receipts once a day. Answers are JSON.</p>
<pre tabindex="0"><code>POST /v1/uses
{ "part": "6204-2RS", "line": "press-3", "at": "2026-03-02T06:40:00Z", "pieces": 2 }</code></pre>
<p><code>GET /v1/plan?line=press-3</code> gives the parts to order, the day on which each runs short, and the receipts on which that rests.</p>`,
  )
}

function security(page: DemoPage): Html {
  return prose(
    page,
    'What we hold is dull: part numbers, dates and pieces. We guard it as if it were not.',
    html`<h2>Where</h2><p>In two data centres in the European Union, encrypted on disk and on the way.</p><h2>Who</h2><p>Your people by your directory; of ours, two, each time with your leave and a note in your log.</p><h2>How long</h2><p>As long as you are a customer, and thirty days more, so that a mistake can be undone. Then it is gone, with a receipt.</p><p class="row"><a class="button quiet" href="${href(DEMO_REQUEST.path)}">Ask our security people</a></p>`,
  )
}

function webinar(page: DemoPage): Html {
  return html`<div class="columns">${prose(
    page,
    'Every second Thursday, 10:00 Central European Time, sixty minutes with questions.',
    html`<p>Jonna, who ran the stores of a paper mill for twelve years, takes a real parts list and goes through it: what to hold, what to let go, and how to tell.</p><p>You may send yours beforehand. Names are taken out.</p>`,
  )}${form('Event Registered', PERSON_FIELDS, 'Keep a seat for me', 'Your seat is kept. See you on Thursday.', { webinar: 'Your stockroom in an hour' })}</div>`
}

function demoRequest(page: DemoPage): Html {
  return html`<div class="columns">${prose(
    page,
    'Thirty minutes, your own parts list, no slides.',
    html`<ul><li>We call within a working day.</li><li>You send a list, or we take one from a plant like yours.</li><li>You keep the result, whatever you decide.</li></ul>`,
  )}${form('Demo Requested', COMPANY_FIELDS, 'Request the demo', 'Thank you. We call within a working day.', { topic: 'spare-parts-stock' })}</div>`
}

function signUp(page: DemoPage): Html {
  return html`<div class="columns">${prose(
    page,
    'Fourteen days, everything in it, no card.',
    html`<p>You can start with a file and link your maintenance system later. Invite the shift at once: they know which parts are missing.</p>`,
  )}${form('Signed Up', COMPANY_FIELDS, 'Create my account', 'Your account is there. Welcome!', { plan: 'trial' })}</div>`
}

function careers(page: DemoPage): Html {
  return prose(
    page,
    'We are thirty-one people in Gothenburg and Graz. At the moment we look for two more.',
    html`<ul><li>A planner who has run a stockroom and can explain it to others</li><li>An engineer who likes small data better than big</li></ul><p>Write to us with a page about the last thing that you repaired.</p>`,
  )
}

/** Every page of the site with what stands on it. */
export const CONTENT: readonly (readonly [DemoPage, () => Html])[] = [
  [HOME, home],
  [ARTICLE_LIST, articleList],
  ...ARTICLES.map(article => [article, () => articlePage(article)] as const),
  [PRICING, pricing],
  [COMPARISON, comparison],
  [DOCS_LIST, docsList],
  [DOCS[0], () => quickstart(DOCS[0])],
  [DOCS[1], () => api(DOCS[1])],
  [SECURITY, () => security(SECURITY)],
  [WEBINAR, () => webinar(WEBINAR)],
  [DEMO_REQUEST, () => demoRequest(DEMO_REQUEST)],
  [SIGN_UP, () => signUp(SIGN_UP)],
  [CAREERS, () => careers(CAREERS)],
]
