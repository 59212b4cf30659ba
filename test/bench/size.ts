/** What a page has to load: our browser SDK and its peers, each bundled alike from the entry that its readme tells. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { bundle } from '../../sdk-browser/build.ts'
import type { Benchmark, Table } from './benchmark.ts'
import { number, ratio } from './figures.ts'

interface Entry {
  readonly name: string
  readonly package: string
  /** What a page with page, track and identify takes in. */
  readonly code: string
  /** What must be known beside its size: what it brings that the others lack, or fetches later. */
  readonly note: string
}

const OURS = '@waymark/browser'
const ENTRIES: readonly Entry[] = [
  {
    name: OURS,
    package: OURS,
    code: `import { createWaymark } from '@waymark/browser'; window.sdk = createWaymark`,
    note: 'no capture of clicks and forms, no feature flags, no replay, no plug-ins, no destinations in the page; browsers since ES2020 only. Fetches nothing before the first event.',
  },
  {
    name: '@snowplow/browser-tracker',
    package: '@snowplow/browser-tracker',
    code: `import { newTracker, setUserId, trackPageView, trackSelfDescribingEvent } from '@snowplow/browser-tracker'; window.sdk = { newTracker, setUserId, trackPageView, trackSelfDescribingEvent }`,
    note: 'the named calls alone, the rest is shaken off where the bundler can; capture of clicks and forms are plug-ins.',
  },
  {
    name: '@segment/analytics-next',
    package: '@segment/analytics-next',
    code: `import { AnalyticsBrowser } from '@segment/analytics-next'; window.sdk = AnalyticsBrowser`,
    note: 'has middleware, plug-ins and consent hooks; fetches its settings before the first event and destinations after them, which are not counted.',
  },
  {
    name: '@rudderstack/analytics-js',
    package: '@rudderstack/analytics-js',
    code: `import { RudderAnalytics } from '@rudderstack/analytics-js'; window.sdk = RudderAnalytics`,
    note: 'fetches its plug-ins (queue and retry among them) and its settings at run time, which are not counted.',
  },
  {
    name: '@rudderstack/analytics-js/bundled',
    package: '@rudderstack/analytics-js',
    code: `import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'; window.sdk = RudderAnalytics`,
    note: 'with its plug-ins inside; still fetches its settings.',
  },
  {
    name: 'posthog-js',
    package: 'posthog-js',
    code: `import posthog from 'posthog-js'; window.sdk = posthog`,
    note: 'a wider product: capture of clicks and forms, feature flags, surveys, toolbar; fetches its settings, and replay and more at run time, which are not counted.',
  },
]

export interface Sizes {
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}

export function sizesOf(code: string | Buffer): Sizes {
  const raw = Buffer.from(code)
  return {
    raw: raw.length,
    gzip: gzipSync(raw, { level: 9 }).length,
    brotli: brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  }
}

const here = fileURLToPath(new URL('.', import.meta.url))

/** The package as one minified script that runs by itself, ES2020. */
async function bundled({ code }: Pick<Entry, 'code'>, folder: string): Promise<Buffer> {
  // Built anew: what lies in dist may be older than the source.
  const own = join(folder, 'waymark.mjs')
  writeFileSync(own, await bundle('waymark.mjs'))
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here },
    alias: { [OURS]: own },
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  const [output] = outputFiles
  if (output === undefined) throw new Error('esbuild wrote nothing')
  return Buffer.from(output.contents)
}

/** Of the installed package. */
function versionOf(name: string): string {
  const found = createRequire(import.meta.url).resolve.paths(name) ?? []
  for (const folder of found) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version
    } catch {
      // the next folder up
    }
  }
  return '?'
}

export const size: Benchmark = {
  name: 'size',
  question: 'What does a page have to load before it can send an event?',
  parts: [],
  async run({ folder, progress }) {
    const measured: { entry: Entry; version: string; sizes: Sizes }[] = []
    for (const entry of ENTRIES) {
      progress(`bundling ${entry.name}`)
      measured.push({ entry, version: versionOf(entry.package), sizes: sizesOf(await bundled(entry, folder)) })
    }
    const ours = measured[0]?.sizes ?? sizesOf('')
    const shipped = {
      iife: sizesOf(await bundle('waymark.js')),
      esm: sizesOf(await bundle('waymark.mjs')),
      snippet: sizesOf(await bundle('snippet.mjs')),
    }
    const peers = measured.slice(1)
    const least = Math.min(...peers.map(({ sizes }) => sizes.brotli))
    return {
      tables: [
        {
          title: 'Bundled alike: minified, one script, ES2020, bytes',
          head: ['', 'version', 'raw', 'gzip -9', 'brotli -11', '× ours'],
          rows: measured.map(({ entry, version, sizes }) => [
            entry.name,
            version,
            number(sizes.raw),
            number(sizes.gzip),
            number(sizes.brotli),
            ratio(sizes.brotli / ours.brotli),
          ]),
        },
        shippedTable(shipped),
      ],
      goals: [
        {
          text: 'browser SDK, brotli, beside the smallest peer',
          wanted: '≤ 0.5×',
          got: ratio(ours.brotli / least),
          isMet: ours.brotli <= 0.5 * least,
        },
      ],
      notes: measured.map(({ entry }) => `${entry.name}: ${entry.note}`),
      figures: { bundled: measured.map(({ entry, version, sizes }) => ({ name: entry.name, version, ...sizes })), shipped },
    }
  },
}

function shippedTable({ iife, esm, snippet }: { iife: Sizes; esm: Sizes; snippet: Sizes }): Table {
  const row = (name: string, { raw, gzip, brotli }: Sizes) => [name, number(raw), number(gzip), number(brotli)]
  return {
    title: 'As we ship it, bytes',
    head: ['', 'raw', 'gzip -9', 'brotli -11'],
    rows: [
      row('waymark.js, for a script tag', iife),
      row('waymark.mjs, for a bundler', esm),
      row('snippet, which waits for waymark.js', snippet),
    ],
  }
}
