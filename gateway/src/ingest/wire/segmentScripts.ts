import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Hono } from 'hono'
import { refuse } from '../request/refuse.ts'

/** Folder of the scripts that the npm package of Segment's SDK publishes; null where the package is not installed. */
export function segmentScriptFolder(): string | null {
  try {
    const folder = join(createRequire(import.meta.url).resolve('@segment/analytics-next/package.json'), '..', 'dist', 'umd')
    return existsSync(join(folder, MAIN)) ? folder : null
  } catch {
    return null
  }
}

/**
 * Segment's own script, for pages with its snippet: they change the host in it and nothing else. Unmodified but for one line before it that
 * says which host it came from; the SDK finds that out by itself only where the page uses https.
 */
export function createSegmentScripts(folder: string | null): Hono {
  const app = new Hono()
  const chunks = new Set(
    folder === null ? [] : readdirSync(folder).filter(name => name.endsWith('.bundle.js') || /\.bundle\.[0-9a-f]+\.js$/.test(name)),
  )
  const files = new Map<string, Promise<string>>()

  function fileOf(name: string): Promise<string> {
    if (folder === null)
      throw refuse(
        404,
        'not_installed',
        'The package @segment/analytics-next is not installed beside the gateway. Install it, or load the SDK from npm.',
      )
    const known = files.get(name)
    if (known !== undefined) return known
    // The map of a script would be asked for beside it, where it is not.
    const file = readFile(join(folder, name), 'utf8').then(text => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'))
    files.set(name, file)
    return file
  }

  for (const path of ['/analytics.js/v1/:writeKey/analytics.min.js', '/analytics.js/v1/:writeKey/analytics.js']) {
    app.get(path, async c =>
      c.body(HOST_OF_SCRIPT + (await fileOf(MAIN)), 200, { ...SCRIPT, 'Cache-Control': 'public, max-age=300, stale-if-error=86400' }),
    )
  }
  app.get('/analytics-next/bundles/:file', async c => {
    const name = c.req.param('file')
    if (!chunks.has(name)) throw refuse(404, 'not_found', 'There is no such part of the script here.')
    return c.body(await fileOf(name), 200, { ...SCRIPT, 'Cache-Control': 'public, max-age=31536000, immutable' })
  })
  return app
}

const MAIN = 'standalone.js'

const HOST_OF_SCRIPT = `(function(){var s=document.currentScript,t=document.querySelector("script[data-global-segment-analytics-key]"),a=window[t&&t.getAttribute("data-global-segment-analytics-key")||"analytics"];if(a&&!a._cdn&&s)a._cdn=s.src.replace(/\\/analytics\\.js\\/v1\\/.*/,"")})();
`

const SCRIPT = {
  'Content-Type': 'text/javascript; charset=utf-8',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
}
