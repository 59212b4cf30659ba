/** Entry of the engine's own process: libchdb, run as a ClickHouse server on loopback. No secret is in its arguments or environment. */
import { confine } from './confine.ts'
import type { ChildArguments } from './process.ts'
import { callServer } from './serverCall.ts'

const { library, folder, port } = JSON.parse(process.argv[2] ?? '') as ChildArguments

// SIGKILL loses nothing that was acknowledged, and the library's own way out waits for running queries.
const die = () => process.kill(process.pid, 'SIGKILL')
process.on('SIGTERM', die)
// Ctrl-C reaches the whole group; the parent drains first and ends this process itself.
process.on('SIGINT', () => undefined)
// The parent never writes: the end of this pipe says that it is gone.
process.stdin.on('end', die).on('error', die).resume()

await callServer({ library, folder, port, beforeStart: () => confine(folder) })
process.stderr.write('the engine ended its boot script\n')
process.exit(1)
