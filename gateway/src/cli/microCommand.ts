import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { parseArgs } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import { foldSlashesOf } from '../edge/foldSlashes.ts'
import { rudderPluginsFile } from '../ingest/wire/rudderPlugins.ts'
import { segmentScriptFolder } from '../ingest/wire/segmentScripts.ts'
import { freePort, listen, stopListening } from '../listening.ts'
import { createMicro } from '../micro/micro.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { exitCode, UsageError } from './terminal.ts'

export const USAGE = `waymark micro [--port 9090] [--plan FILE]
       with --plan, which may be given several times, events are held to tracking plans; /micro/violations tells what broke them`
const VERSION = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version
const USUAL_PORT = '9090'
const SDK_FILE = new URL('../../../sdk-browser/dist/waymark.js', import.meta.url)

/** `waymark micro`: the gateway in memory, for other people's tests; ends with SIGTERM or SIGINT. Reads WRITE_KEYS, HOST and REDACT_PARAMETERS, writes nothing. */
export function microCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal, config, signals, now } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values } = parseArgs({ args: [...argv], options: { port: { type: 'string' }, plan: { type: 'string', multiple: true } } })
    const port = await portOf(values.port ?? USUAL_PORT, config.host)
    const planOf = values.plan === undefined ? undefined : await (await import('./microPlans.ts')).microPlans(values.plan, terminal)
    const stop = new Promise<void>(done => {
      signals.once('SIGINT', done)
      signals.once('SIGTERM', done)
    })
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
    const app = createMicro({
      version: VERSION,
      url,
      writeKeys: config.writeKeys,
      redactParameters: config.redactParameters,
      ...(planOf === undefined ? {} : { planOf }),
      log: commandLog(edges),
      now,
      randomUUID,
      sdkFile: SDK_FILE,
      segmentScripts: segmentScriptFolder(),
      rudderPlugins: rudderPluginsFile(),
    })
    const server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server
    server.prependListener('request', foldSlashesOf)
    await listen(server, config.host, port)
    terminal.out(`waymark micro listening on ${url}\n`)
    await stop
    await stopListening(server)
    return true
  })
}

/** 0 takes any free port. */
async function portOf(text: string, host: string): Promise<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new UsageError(`--port ${text} is no port: a whole number from 0 (any free one) to 65535.`)
  return port === 0 ? freePort(host) : port
}
