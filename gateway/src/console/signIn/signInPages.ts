import { html } from 'hono/html'
import { type Html, layout, notice } from '../frame/layout.ts'

/** Shortest password that is taken; NIST SP 800-63B asks for 15 where a password stands alone, 8 at the least. */
export const SHORTEST_PASSWORD = 12
export const LONGEST_PASSWORD = 200

/** `to`: where the person was going. */
export function signInPage(complaint: string, to = '/console/'): Html {
  return layout(
    { title: 'Sign in', isSignedIn: false },
    html`<section class="card narrow">
<h1>Sign in</h1>
${complained(complaint)}
<form method="post" action="/console/sign-in">
${to === '/console/' ? '' : html`<input type="hidden" name="to" value="${to}">`}
${userName()}
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="${LONGEST_PASSWORD}" autofocus>
<button type="submit">Sign in</button>
</form>
<p class="hint">Forgotten? Stop the gateway, delete <code>console.json</code> in its data directory and start it again: it prints a new set-up link.</p>
</section>`,
  )
}

export function setUpPage(token: string, complaint: string): Html {
  return layout(
    { title: 'Set up', isSignedIn: false },
    html`<section class="card narrow">
<h1>Choose a password</h1>
<p>This link works once. The password opens the console of this gateway.</p>
${complained(complaint)}
<form method="post" action="/console/set-up">
<input type="hidden" name="token" value="${token}">
${userName()}
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="${SHORTEST_PASSWORD}" maxlength="${LONGEST_PASSWORD}" aria-describedby="rule" autofocus>
<p class="hint" id="rule">At least ${SHORTEST_PASSWORD} characters. A few words are easier to keep than signs.</p>
<label for="again">The same again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required maxlength="${LONGEST_PASSWORD}">
<button type="submit">Set the password</button>
</form>
</section>`,
  )
}

/** For a set-up link that was used, replaced by a later start, or mistyped; and for a console that nobody set up yet. */
export function noSetUpPage(isSetUp: boolean): Html {
  return layout(
    { title: 'Set up', isSignedIn: false },
    isSetUp
      ? notice('This link was used already', [html`A password is set. <a href="/console/sign-in">Sign in</a>.`])
      : notice('The console is not set up yet', [
          'The gateway prints a one-time set-up link when it starts; open the newest one.',
          'No link at hand? Start the gateway again: it prints a new one, and the old one stops working.',
        ]),
  )
}

/** There is one account; password managers file a password only beside a name. */
function userName(): Html {
  return html`<input type="text" name="username" value="waymark" autocomplete="username" hidden>`
}

function complained(complaint: string): Html | string {
  return complaint === '' ? '' : html`<p class="complaint" role="alert">${complaint}</p>`
}
