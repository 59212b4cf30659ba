/** Finds a Chromium to test with, or installs one; a test never skips for want of a browser. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Browser, chromium } from 'playwright'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** A visitor's user agent; headless Chromium's own says "HeadlessChrome" and is labelled a bot. */
export const ORDINARY_USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** Path of a Chromium: `WAYMARK_CHROMIUM`, an installed one, Playwright's own build, Debian's package (as root). */
export function findChromium(): string {
  const wanted = process.env.WAYMARK_CHROMIUM
  if (wanted) {
    if (existsSync(wanted)) return wanted
    throw new Error(`WAYMARK_CHROMIUM names ${wanted}, which does not exist: unset it or correct it.`)
  }
  const installed = () => [...INSTALLED, chromium.executablePath()].find(path => existsSync(path))
  const present = installed()
  if (present) return present

  const attempts: [string, string[]][] = [[process.execPath, [playwrightCli(), 'install', 'chromium']]]
  if (process.getuid?.() === 0) {
    attempts.push(['apt-get', ['update', '-qq']], ['apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']])
  }
  const failures: string[] = []
  for (const [command, args] of attempts) {
    try {
      execFileSync(command, args, {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 300_000,
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    } catch (error) {
      failures.push(`${command} ${args.join(' ')}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
    }
    const found = installed()
    if (found) return found
  }
  throw new Error(`No Chromium found. Install one, or name one by WAYMARK_CHROMIUM.\n${failures.join('\n')}`)
}

/** Every host name leads to this machine, so that tests can use sites of several domains. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    // Visitors have it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * 127.0.0.1',
      '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LocalNetworkAccessChecks',
      ...args,
    ],
  })
}

/** The package does not export its command; it stands beside its manifest. */
function playwrightCli(): string {
  return join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
}
