import { createHash } from 'node:crypto'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface EngineConfig {
  /** Full rights on every database whose name starts with `waymark`. */
  readonly writer: Credentials
  /** May only select from these databases, within limits that a query cannot raise. */
  readonly reader: Credentials
  /** Memory of the whole engine, bytes. */
  readonly memory: number
}

const GIB = 2 ** 30

/** A quarter of the machine's memory, at least 1 GiB and at most 4. */
export function defaultMemory(total: number): number {
  return Math.round(Math.min(4 * GIB, Math.max(GIB, total / 4)))
}

/** Bytes. Inserts and merges are refused before the volume is full, for then the engine would cut them off (soundWrites.ts). */
const KEPT_FREE = 64 * 2 ** 20
/**
 * A merge is not synced: until the kernel has written it, which takes it half a minute, what it was made of is the only copy that survives a power
 * failure, or a write that was cut off. The library's own default is 0, a server's 480.
 */
const OLD_PARTS_SECONDS = 120

/**
 * Server configuration. Parts that are cut off are set aside at a start, however many, instead of keeping the engine from it: their rows were
 * acknowledged to nobody, or are in the parts that they were merged of. They lie in `detached` of their table from then on, for a disk that lost
 * what it held leaves the same.
 */
export function configXml(folder: string, memory: number): string {
  return `<clickhouse>
  <logger><level>none</level></logger>
  <timezone>UTC</timezone>
  <max_server_memory_usage>${memory}</max_server_memory_usage>
  <max_concurrent_queries>100</max_concurrent_queries>
  <keep_alive_timeout>60</keep_alive_timeout>
  <storage_configuration><disks><default><keep_free_space_bytes>${KEPT_FREE}</keep_free_space_bytes></default></disks></storage_configuration>
  <merge_tree>
    <old_parts_lifetime>${OLD_PARTS_SECONDS}</old_parts_lifetime>
    <max_suspicious_broken_parts>${10 ** 6}</max_suspicious_broken_parts>
    <max_suspicious_broken_parts_bytes>${10 ** 15}</max_suspicious_broken_parts_bytes>
  </merge_tree>
  <user_directories><users_xml><path>${xml(folder)}/users.xml</path></users_xml></user_directories>
</clickhouse>
`
}

/**
 * Users, profiles and rights. The boot script runs as `default`, who can have no password; so that nobody else can be `default`, there is
 * room for one session, which the script keeps as long as the engine lives, and no right beyond what the script does.
 */
export function usersXml({ writer, reader, memory }: EngineConfig): string {
  return `<clickhouse>
  <profiles>
    <default><max_memory_usage>${Math.round(memory * 0.8)}</max_memory_usage></default>
    <boot><max_sessions_for_user>1</max_sessions_for_user></boot>
    <reader>
      <readonly>2</readonly>
${readerLimits(memory)
  .map(limit => `      <${limit.name}>${limit.value}</${limit.name}>`)
  .join('\n')}
      <constraints>
${readerLimits(memory)
  .map(
    limit =>
      `        <${limit.name}>${limit.value === 'throw' || limit.isFixed ? '<const/>' : `<min>1</min><max>${limit.value}</max>`}</${limit.name}>`,
  )
  .join('\n')}
      </constraints>
    </reader>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      ${LOOPBACK}
      <profile>boot</profile><quota>default</quota>
      ${grants('SYSTEM LISTEN ON *.*', 'SELECT ON system.numbers')}
    </default>
    <${xml(writer.username)}>
      <password_sha256_hex>${sha256(writer.password)}</password_sha256_hex>
      ${LOOPBACK}
      <profile>default</profile><quota>default</quota>
      ${grants('ALL ON waymark*.*', 'SELECT ON system.*', 'SELECT ON information_schema.*', 'KILL QUERY ON *.*', 'CREATE TEMPORARY TABLE ON *.*', 'TABLE ENGINE ON *', 'SYSTEM MERGES ON *.*', 'SYSTEM FLUSH ON *.*', 'SYSTEM DROP CACHE ON *.*')}
    </${xml(writer.username)}>
    <${xml(reader.username)}>
      <password_sha256_hex>${sha256(reader.password)}</password_sha256_hex>
      ${LOOPBACK}
      <profile>reader</profile><quota>default</quota>
      ${grants('SELECT ON waymark*.*', 'SELECT ON system.one', 'SELECT ON system.numbers')}
    </${xml(reader.username)}>
  </users>
</clickhouse>
`
}

const LOOPBACK = '<networks><ip>127.0.0.1</ip></networks>'

interface Limit {
  readonly name: string
  readonly value: number | 'throw'
  readonly isFixed?: boolean
}

/** What a read may cost; every one may be lowered by a query (0 would mean "no limit" and is refused), none raised. */
function readerLimits(memory: number): readonly Limit[] {
  return [
    { name: 'max_execution_time', value: 30 },
    { name: 'timeout_overflow_mode', value: 'throw' },
    { name: 'max_memory_usage', value: Math.round(memory / 4) },
    { name: 'max_memory_usage_for_user', value: Math.round(memory / 2), isFixed: true },
    { name: 'max_result_rows', value: 1_000_000 },
    { name: 'max_result_bytes', value: 256 * 2 ** 20 },
    { name: 'result_overflow_mode', value: 'throw' },
    { name: 'max_temporary_data_on_disk_size_for_user', value: 2 * GIB, isFixed: true },
    { name: 'max_concurrent_queries_for_user', value: 16, isFixed: true },
  ]
}

/** Value of the `Authorization` header. */
export function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function grants(...rights: readonly string[]): string {
  return `<grants>${rights.map(right => `<query>GRANT ${right}</query>`).join('')}</grants>`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function xml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
