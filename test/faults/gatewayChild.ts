/**
 * The gateway with a clock that can be set: the environment is that of `waymark serve`. Prints `control URL` before the ready line;
 * POST /clock {"offsetMs"} moves its clock from the real one by so much.
 */
import { createServer } from 'node:http'
import { loadConfig } from '../../gateway/src/config.ts'
import { createLog } from '../../gateway/src/log.ts'
import { serve } from '../../gateway/src/serve.ts'

const clock = { offsetMs: Number(process.argv[2] ?? 0) }
const now = () => Date.now() + clock.offsetMs
const config = loadConfig(process.env, process.cwd())
const control = createServer((request, response) => {
  request.on('data', (data: Buffer) => {
    clock.offsetMs = (JSON.parse(data.toString()) as { offsetMs: number }).offsetMs
  })
  request.on('end', () => response.end())
})
await new Promise<void>(done => control.listen(0, '127.0.0.1', done))
const address = control.address()
process.stdout.write(`control http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`)
const gateway = await serve(config, {
  log: createLog({ level: config.logLevel, write: line => process.stderr.write(line), now }),
  now,
  sdkFile: new URL('../../sdk-browser/dist/waymark.js', import.meta.url),
})
process.stdout.write(`waymark listening on ${gateway.url}\n`)
process.once('SIGTERM', () => void gateway.close().then(() => process.exit(0)))
