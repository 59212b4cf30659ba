#!/usr/bin/env -S MALLOC_ARENA_MAX=4 MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=4194304 node --max-semi-space-size=2
// JavaScript, so that nothing is compiled before this: what Node makes of the sources is kept beside them, and the next start, also
// that of a thread, neither makes it again nor holds the compiler in memory. Where the folder cannot be written, nothing is kept.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const WRITTEN_AFTER_MS = 2000

// V8 lets garbage come to as much as three times of what lives before it looks: bodies that are huge when parsed and gone at once would
// each take new memory, a hundred megabytes of it. More than half of what lives is not waited for.
setFlagsFromString('--heap-growing-percent=60')

enableCompileCache(fileURLToPath(new URL('node_modules/.cache/waymark', import.meta.url)))
// A process that ends by itself writes it then; one that is killed would never.
setTimeout(flushCompileCache, WRITTEN_AFTER_MS).unref()
await import('./src/main.ts')
