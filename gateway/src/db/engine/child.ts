/** Entry of the engine's own process: libchdb, run as a ClickHouse server on loopback. No secret is in its arguments or environment. */
import { DataType, load, open } from 'ffi-rs'
import { confine } from './confine.ts'
import type { ChildArguments } from './process.ts'

const { library, folder, port } = JSON.parse(process.argv[2] ?? '') as ChildArguments

// SIGKILL loses nothing that was acknowledged, and the library's own way out waits for running queries.
const die = () => process.kill(process.pid, 'SIGKILL')
process.on('SIGTERM', die)
// Ctrl-C reaches the whole group; the parent drains first and ends this process itself.
process.on('SIGINT', () => undefined)
// The parent never writes: the end of this pipe says that it is gone.
process.stdin.on('end', die).on('error', die).resume()

// A server listens only while its boot script runs, so the script never ends. The user who runs it may do these two things and no others.
const script = 'SYSTEM START LISTEN HTTP; SELECT sleepEachRow(3) FROM system.numbers SETTINGS max_block_size = 1 FORMAT Null'
const args = [
  'clickhouse',
  '--path',
  `${folder}/data`,
  '--listen_host',
  '127.0.0.1',
  '--http_port',
  String(port),
  '--tcp_port',
  '0',
  `--config-file=${folder}/config.xml`,
  '--query',
  script,
]

open({ library: 'chdb', path: library })
confine(folder)
await load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
})
process.stderr.write('the engine ended its boot script\n')
process.exit(1)
