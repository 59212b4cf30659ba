import AxeBuilder from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright'
import { ORDINARY_USER_AGENT } from './browser.ts'

/** Widths in CSS pixels of a desk and of a phone. */
export const WIDTHS = { wide: 1440, narrow: 390 } as const
export const SCHEMES = ['light', 'dark'] as const

export interface Look {
  readonly width: keyof typeof WIDTHS
  readonly scheme: (typeof SCHEMES)[number]
}

export const LOOKS: readonly Look[] = SCHEMES.flatMap(scheme => [{ width: 'wide', scheme } as const, { width: 'narrow', scheme } as const])

/** A signed-in (or not) person, and everything of theirs that should never happen. */
export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** Dialogs, breaches of the content security policy, errors of scripts, requests to strangers. */
  readonly complaints: readonly string[]
}

/** Opens the browser of a person, whose complaints are gathered from the first page on. */
export async function visitor(browser: Browser, { width, scheme }: Look, own: string): Promise<Visitor> {
  const context = await browser.newContext({
    userAgent: ORDINARY_USER_AGENT,
    viewport: { width: WIDTHS[width], height: 900 },
    colorScheme: scheme,
  })
  const complaints: string[] = []
  await context.exposeBinding('complain', (_source, text: string) => void complaints.push(text))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      const { complain } = globalThis as unknown as { complain: (text: string) => void }
      complain(`policy: ${event.violatedDirective} ${event.blockedURI} on ${event.documentURI}`)
    })
  })
  context.on('request', request => {
    const { protocol, origin } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== own) complaints.push(`request to ${request.url()}`)
  })
  const page = await context.newPage()
  context.on('dialog', dialog => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', error => complaints.push(`script: ${error.message}`))
  page.on('console', message => message.type() === 'error' && complaints.push(`console: ${message.text()}`))
  return { context, page, complaints }
}

const PASSWORD = 'correct horse battery staple'

/** Uses the set-up link that the gateway printed; the browser is signed in afterwards. */
export async function signUp(page: Page, { output }: { readonly output: () => string }): Promise<void> {
  await page.goto(/http:\S+set-up\S+/.exec(output())?.[0] ?? '')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('The same again').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByRole('heading', { name: 'Accounts', exact: true }).waitFor()
}

/** What axe calls serious or critical on the page as it stands, in words that lead to the place. */
export async function seriousFlaws(page: Page): Promise<readonly string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary ?? ''}`),
    )
}

/** Whether something is wider than the window, so that the page scrolls sideways. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)
}
