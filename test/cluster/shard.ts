/** Entry of a shard's own process: the engine's library, listening for HTTP and, which a cluster needs, for its own protocol. */
import { createRequire } from 'node:module'
import { engineLibrary } from '../../gateway/src/db/engine/library.ts'

interface Ffi {
  readonly DataType: { readonly External: number; readonly I32: number; readonly StringArray: number }
  open(library: { library: string; path: string }): void
  load(call: object): Promise<unknown>
}

const { DataType, load, open } = createRequire(new URL('../../gateway/package.json', import.meta.url))('ffi-rs') as Ffi
const [folder = '', http = '', tcp = ''] = process.argv.slice(2)

// The test holds the other end: when it is gone, so is this.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume()
const script =
  'SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT sleepEachRow(3) FROM system.numbers SETTINGS max_block_size = 1 FORMAT Null'
const args = ['clickhouse', '--path', `${folder}/data`, '--listen_host', '127.0.0.1', '--http_port', http, '--tcp_port', tcp]
const argv = [...args, `--config-file=${folder}/config.xml`, '--query', script]
open({ library: 'chdb', path: engineLibrary() })
await load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
  runInNewThread: true,
})
process.stderr.write('the shard ended its boot script\n')
process.exit(1)
