/** Entry of a shard's own process: the engine's library, listening for HTTP and, which a cluster needs, for its own protocol. */
import { engineLibrary } from '../../gateway/src/db/engine/library.ts'
import { callServer } from '../../gateway/src/db/engine/serverCall.ts'

const [folder = '', http = '', tcp = ''] = process.argv.slice(2)

// The test holds the other end: when it is gone, so is this.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume()
await callServer({ library: engineLibrary(), folder, port: Number(http), tcpPort: Number(tcp) })
process.stderr.write('the shard ended its boot script\n')
process.exit(1)
