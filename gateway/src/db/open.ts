import type { ClickHouseClient } from '@clickhouse/client'

export interface Database {
  /** Full rights on the workspace's database. */
  readonly client: ClickHouseClient
  /** Read-only session with limits on time, memory and rows: every query made on behalf of a reader goes here. */
  readonly reader: ClickHouseClient
  close(): Promise<void>
}
