import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import type { Config } from '../../config.ts'
import { bytesWords } from '../../health/words.ts'
import { type Diagnosis, say } from './diagnosis.ts'

const LEAST_NODE = [22, 18] as const
const FILES = { warn: 4096, bad: 1024 }
const LEAST_MEMORY = 2 * 1024 ** 3

/** What the configuration asks for, and whether this machine and runtime can give it. */
export async function machineChecks(config: Config): Promise<Diagnosis[]> {
  return [...configuration(config), node(process.versions.node), ...openFiles(await softFileLimit()), memory(config)]
}

function configuration({ host, port, role, dataDir, clickhouseUrl, cluster, trustProxy, writeKeys, secretKeys }: Config): Diagnosis[] {
  const at = say('configuration')
  const warehouse = clickhouseUrl === null ? 'the embedded engine' : cluster === null ? 'a ClickHouse server' : `the cluster ${cluster}`
  const isPublic = !/^(127\.|localhost$|::1$)/.test(host)
  return [
    at('ok', `It can be read: ROLE=${role}, DATA_DIR=${dataDir}, ${warehouse}, on ${host}:${port}.`),
    ...(isPublic && !trustProxy
      ? [
          at(
            'warn',
            `HOST=${host} can be reached from outside without TLS.`,
            'Put a reverse proxy with TLS in front, then set TRUST_PROXY=on.',
          ),
        ]
      : []),
    ...(clickhouseUrl !== null && (writeKeys.length === 0 || secretKeys.length === 0)
      ? [
          at(
            'warn',
            'Keys are made at the first start and are in DATA_DIR alone.',
            'Set WRITE_KEYS and SECRET_KEYS, or keep keys.json in the backup.',
          ),
        ]
      : []),
  ]
}

function node(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
  return isEnough
    ? say('machine')('ok', `Node ${version}.`)
    : say('machine')(
        'bad',
        `Node ${version} is too old.`,
        `Use Node ${LEAST_NODE.join('.')} or newer; the workspace brings its own: npm run waymark.`,
      )
}

function openFiles(limit: number | null): Diagnosis[] {
  if (limit === null) return []
  const words = `${limit === Number.POSITIVE_INFINITY ? 'Any number of' : limit} files may be open at once.`
  const level = limit < FILES.bad ? 'bad' : limit < FILES.warn ? 'warn' : 'ok'
  return [say('machine')(level, words, level === 'ok' ? null : 'Raise it: LimitNOFILE=65536 in systemd, ulimit -n 65536 in a shell.')]
}

/** null where the system does not tell. */
async function softFileLimit(): Promise<number | null> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\S+)/m.exec(text)?.[1]
  return soft === undefined ? null : soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

function memory({ clickhouseUrl }: Config): Diagnosis {
  const limit = process.constrainedMemory()
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  const isShort = clickhouseUrl === null && bytes < LEAST_MEMORY
  return say('machine')(
    isShort ? 'warn' : 'ok',
    `${bytesWords(bytes)} of memory.`,
    isShort ? 'The embedded engine wants 2 GiB for itself and the gateway; give more, or set CLICKHOUSE_URL.' : null,
  )
}
