import { parseArgs } from 'node:util'
import { serve } from '../serve.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { firstHistory } from './sampleHistory.ts'
import { exitCode } from './terminal.ts'

export const USAGE = 'waymark serve [--empty] [--demo]'
const SDK_FILE = new URL('../../../sdk-browser/dist/waymark.js', import.meta.url)

/** Runs the gateway until SIGTERM or SIGINT; 0 after a clean drain. */
export function serveCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal, config, signals, now } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values } = parseArgs({ args: [...argv], options: { empty: { type: 'boolean' }, demo: { type: 'boolean' } } })
    // A server of one's own gets neither a made-up site nor a made-up history unless asked.
    const isDemo = values.demo ?? config.clickhouseUrl === null
    const isFilled = isDemo && values.empty !== true && config.role === 'all'
    const log = commandLog(edges)
    const stop = new Promise<void>(done => {
      signals.once('SIGINT', done)
      signals.once('SIGTERM', done)
    })
    const gateway = await serve(config, {
      log,
      now,
      sdkFile: SDK_FILE,
      demo: isDemo,
      ...(isFilled ? { firstly: opened => firstHistory(opened, config.dataDir, { terminal, now, fetch, random: Math.random }) } : {}),
    })
    const { url, setupUrl, generated } = gateway
    const missing = gateway.notReady()
    terminal.out(
      [
        '',
        `  Console     ${setupUrl ?? `${url}/console/`}${setupUrl === null ? '' : '   (once, to set your password)'}`,
        ...(setupUrl !== null && config.trustProxy
          ? [`              behind your proxy: its address with ${setupUrl.slice(url.length)}`]
          : []),
        ...(isDemo ? [`  Demo site   ${url}/demo/   (a made-up vendor; what you do there is captured here)`] : []),
        ...(generated === null
          ? []
          : [
              `  Write key   ${generated.writeKey}   (public, for pages)`,
              `  Secret key  ${generated.secretKey}   (keep it; reads and operates)`,
              `  All keys    ${config.dataDir}/keys.json`,
            ]),
        `  Snippet     <script src="${url}/waymark.js" data-write-key="${generated?.writeKey ?? '…'}" data-host="${url}"></script>`,
        ...(missing === null ? [] : ['', `  NOT READY   ${missing}`]),
        '',
        `waymark listening on ${url}`,
        '',
      ].join('\n'),
    )
    await stop
    log.info('stopping: finishing what was accepted')
    await gateway.close()
    return true
  })
}
