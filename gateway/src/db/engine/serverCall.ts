import { DataType, load, open } from 'ffi-rs'

export interface ServerCall {
  /** File of the engine's library. */
  readonly library: string
  /** Holds `config.xml` and the data. */
  readonly folder: string
  /** For HTTP, on loopback. */
  readonly port: number
  /** For the engine's own protocol, which shards speak to each other; nothing listens for it without one. */
  readonly tcpPort?: number
  /** Between the opening of the library and its start. */
  readonly beforeStart?: () => void
}

/**
 * Runs the library in this process as a ClickHouse server on loopback; resolves when it ends, which it does not do by itself. A server listens
 * only while its boot script runs, so the script never ends; the user who runs it may do these few things and no others.
 */
export async function callServer({ library, folder, port, tcpPort, beforeStart }: ServerCall): Promise<void> {
  const listens = ['HTTP', ...(tcpPort === undefined ? [] : ['TCP'])].map(protocol => `SYSTEM START LISTEN ${protocol}; `)
  const script = `${listens.join('')}SELECT sleepEachRow(3) FROM system.numbers SETTINGS max_block_size = 1 FORMAT Null`
  const places = ['--path', `${folder}/data`, `--config-file=${folder}/config.xml`]
  const ports = ['--listen_host', '127.0.0.1', '--http_port', String(port), '--tcp_port', String(tcpPort ?? 0)]
  const args = ['clickhouse', ...places, ...ports, '--query', script]
  open({ library: 'chdb', path: library })
  beforeStart?.()
  await load({
    library: 'chdb',
    funcName: 'query_stable_v2',
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [args.length, args],
    runInNewThread: true,
  })
}
