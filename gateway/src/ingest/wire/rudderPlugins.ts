import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Hono } from 'hono'
import { refuse } from '../request/refuse.ts'

/** File of RudderStack's browser SDK that has its plugins in it; null where the package is not installed. */
export function rudderPluginsFile(): string | null {
  try {
    const file = join(createRequire(import.meta.url).resolve('@rudderstack/analytics-js/bundled'), '..', '..', 'esm', 'index.mjs')
    return existsSync(file) ? file : null
  } catch {
    return null
  }
}

/**
 * The plugins that RudderStack's plain npm package and its script fetch when they run, without which they send nothing. The packages on npm
 * have them only inside the bundled form: that file as it is, with another last line, which gives out the plugins instead of the SDK.
 */
export function createRudderPlugins(file: string | null): Hono {
  const app = new Hono()
  let made: Promise<Script> | undefined

  async function make(): Promise<Script> {
    const text = file === null ? '' : pluginsOf(await readFile(file, 'utf8'))
    if (text === '')
      throw refuse(
        404,
        'not_installed',
        'The package @rudderstack/analytics-js is not installed beside the gateway, or is of a version that it does not know. Install it, or import @rudderstack/analytics-js/bundled in the page.',
      )
    return { text, zipped: await zip(text) }
  }

  // `v3` in the address that is set; the SDK puts its own version there where a page locks it. There are none but the installed ones.
  app.get('/:version/modern/plugins/rsa-plugins.js', async c => {
    made ??= make().catch(error => {
      made = undefined
      throw error
    })
    const { text, zipped } = await made
    const takesGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    return takesGzip ? c.body(zipped, 200, { ...SCRIPT, 'Content-Encoding': 'gzip' }) : c.body(text, 200, SCRIPT)
  })
  return app
}

interface Script {
  readonly text: string
  readonly zipped: Uint8Array<ArrayBuffer>
}

/** As the SDK asks for a remote part: `init`, then `get('./XhrQueue')` for what makes the module. '' for a file that is none of theirs. */
function pluginsOf(text: string): string {
  if (!text.includes('const getBundledBuildPluginImports=') || !EXPORT.test(text)) return ''
  return text.replace(EXPORT, GIVE_OUT)
}

/** Under names that the file has not: it has a `get` of its own. */
const GIVE_OUT = `const initRemote=()=>{};
const getRemote=name=>{const plugin=getBundledBuildPluginImports()[name.slice(2)];return plugin?Promise.resolve(()=>({default:plugin})):Promise.reject(new Error("There is no plugin "+name+" here."))};
export { initRemote as init, getRemote as get };
`
const EXPORT = /export \{ RudderAnalytics \};\s*(?:\/\/# sourceMappingURL=.*\s*)?$/

async function zip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(gzip)(text, { level: 9 }))
}

const SCRIPT = {
  'Content-Type': 'text/javascript; charset=utf-8',
  'Cache-Control': 'public, max-age=3600, stale-while-revalidate=86400, stale-if-error=86400',
  Vary: 'Accept-Encoding',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
}
