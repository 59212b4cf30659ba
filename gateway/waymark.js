#!/usr/bin/env -S node --max-semi-space-size=2
// JavaScript, so that nothing is compiled before this: what Node makes of the sources is kept beside them, and the next start, also
// that of a thread, neither makes it again nor holds the compiler in memory. Where the folder cannot be written, nothing is kept.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const WRITTEN_AFTER_MS = 2000

enableCompileCache(fileURLToPath(new URL('node_modules/.cache/waymark', import.meta.url)))
// A process that ends by itself writes it then; one that is killed would never.
setTimeout(flushCompileCache, WRITTEN_AFTER_MS).unref()
await import('./src/main.ts')
