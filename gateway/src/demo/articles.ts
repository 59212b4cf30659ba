import { html } from 'hono/html'
import { form, type Html, href } from './frame.ts'
import { ARTICLES, COMPARISON, DEMO_REQUEST, PRICING, WEBINAR } from './map.ts'

interface Article {
  readonly lead: string
  readonly body: Html
}

const stock: Article = {
  lead: 'A bearing that lies on the shelf costs money every day. A bearing that does not lie there costs a shift. Both sums can be worked out.',
  body: html`<h2>Start from the hour, not from the part</h2>
<p>Ask what an hour of standstill costs on each line. Most plants know the figure for one line and guess it for the others. Put the guesses side by side and let the shift leaders argue; after half an hour they are good enough to plan with.</p>
<p>Then ask, part by part, how many hours the line stands when the part is missing. A seal that the workshop can cut in forty minutes is another matter than a gearbox that comes by ship.</p>
<h2>Three numbers decide</h2>
<ul><li>how often the part is used, counted over years and not over the last quarter;</li><li>how long a new one takes, at its slowest;</li><li>what an hour without it costs.</li></ul>
<p>The price of the part is the fourth number, and the only one on which most stock lists are sorted. That is why so many stockrooms are full of cheap things that nobody misses, and short of the two that stop the plant.</p>
<h2>What to do on Monday</h2>
<p>Take the twenty parts whose lack stopped a line last year. Write the three numbers next to each. You will find five that you should hold one more of, and nine of which one would do.</p>`,
}

const leadTimes: Article = {
  lead: 'The supplier said six weeks. It was six weeks twice, nine weeks once, and once it was nineteen. Which of them do you plan with?',
  body: html`<h2>An average hides what hurts</h2>
<p>The average of those four is ten weeks, a lead time that never happened. Plan with six and you stand still every second time; plan with nineteen and you pay for stock that waits for a bad year.</p>
<p>Keep all four. A range says what an average cannot: how sure you may be. For a part that stops a line you want nine deliveries in ten to come in time, and that is a question to the whole list, not to its middle.</p>
<h2>Where the range comes from</h2>
<p>Your own goods receipts know it. Every order has a date, and so has every delivery note. Two years of both are a better source than any promise, and they are in the system already.</p>
<h2>Talk about it early</h2>
<p>Suppliers seldom mind the question “how often were you late?” when it comes with an offer: a firm order for the slow parts, placed a season ahead. Slow and certain is cheaper than quick and perhaps.</p>`,
}

const spreadsheets: Article = {
  lead: 'Nobody decides to run a stockroom on a spreadsheet. It starts as a list for one person, and one day eleven people depend on it.',
  body: html`<h2>The signs</h2>
<ul><li>There is a column that only one colleague may sort.</li><li>Two files carry the word “final”, and the newer one is the older one.</li><li>The part is on the sheet and not on the shelf, and everybody has learnt to go and look.</li></ul>
<p>None of this is the fault of the sheet. A sheet answers what you ask it. What a plant needs is something that speaks up unasked: this part will run short in the second week of March.</p>
<h2>What to keep</h2>
<p>The knowledge in the comments. “Fits line 3 only after the rebuild” is worth more than every formula around it. Whatever you move to, see to it that such sentences move along, next to the part, for everyone.</p>
<h2>How to leave</h2>
<p>One line first, the one that stands still most often. Run both for a month. When the shift asks the new list before the old one, you are done.</p>`,
}

const questions: Article = {
  lead: 'Every planning tool can draw a curve. These questions tell those apart that will still be used in a year.',
  body: html`<h2>About the data</h2>
<ol><li>Does it read our maintenance system, or must somebody type?</li><li>What does it do with a part that was used twice in six years?</li><li>Can it tell why it wants us to buy?</li></ol>
<h2>About the people</h2>
<ol start="4"><li>Who in the shift will open it, and on what?</li><li>What happens when planner and tool disagree: can the planner win, and is the reason kept?</li><li>How long until a new colleague can use it alone?</li></ol>
<h2>About the contract</h2>
<ol start="7"><li>What does the second plant cost?</li><li>How do we get everything out again, in which form?</li><li>Which customers left, and why?</li></ol>
<p>The last one is uncomfortable for every vendor. Ask it anyway, of us too: we answer it in the first meeting.</p>`,
}

const BY_PATH: Readonly<Record<(typeof ARTICLES)[number]['path'], Article>> = {
  [ARTICLES[0].path]: stock,
  [ARTICLES[1].path]: leadTimes,
  [ARTICLES[2].path]: spreadsheets,
  [ARTICLES[3].path]: questions,
}

/** An article, with a newsletter form and where to go from here. */
export function articlePage({ path, title }: (typeof ARTICLES)[number]): Html {
  const { lead, body } = BY_PATH[path]
  const others = ARTICLES.filter(other => other.path !== path)
  return html`<article class="prose" data-read="${title}"><h1>${title}</h1><p class="lead">${lead}</p>${body}</article>
<section class="columns after">
${form('Newsletter Subscribed', [{ name: 'email', label: 'Work e-mail', type: 'email', autocomplete: 'email' }], 'Send me the next article', 'Thank you. The next article will find you.')}
<div class="card"><h2>Read on</h2><ul class="plain">${[...others, COMPARISON, PRICING].map(page => html`<li><a href="${href(page.path)}">${page.title}</a></li>`)}</ul></div>
</section>`
}

export function articleList(): Html {
  return html`<h1>Articles</h1><p class="lead">What we learnt in other people’s stockrooms.</p>
<div class="columns">${ARTICLES.map(
    ({ path, title }) => html`<section class="card"><h2><a href="${href(path)}">${title}</a></h2><p>${BY_PATH[path].lead}</p></section>`,
  )}</div>
<p class="row"><a class="button" href="${href(WEBINAR.path)}">Or listen: your stockroom in an hour</a><a class="button quiet" href="${href(DEMO_REQUEST.path)}">Request a demo</a></p>`
}
