/** Makes sure that there is a Chromium before tests that need one run side by side. */
import { findChromium } from './browser.ts'

process.stdout.write(`${findChromium()}\n`)
