import { beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase, testEngine } from '../../../../test/engine.ts'
import { basic, type Credentials } from './config.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase({ tables: false })
  await shared.db.client.command({ query: 'CREATE TABLE t (n UInt32) ENGINE = MergeTree ORDER BY n' })
  return () => shared.close()
})

async function ask(user: Credentials | null, sql: string): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = user === null ? {} : { authorization: basic(user) }
  const response = await fetch(`${testEngine().url}/?database=${shared.db.name}`, { method: 'POST', headers, body: sql })
  return { status: response.status, text: await response.text() }
}

describe('who gets in', () => {
  test.each<[string, Credentials | null]>([
    ['nobody in particular', null],
    ['the boot user, who has no password', { username: 'default', password: '' }],
    ['an unknown user', { username: 'root', password: '' }],
    ['the writer with a wrong password', { username: 'waymark', password: 'wrong' }],
    ['the reader without a password', { username: 'reader', password: '' }],
  ])('%s is refused', async (_, user) => {
    const { status, text } = await ask(user, 'SELECT 42')
    expect(status).not.toBe(200)
    expect(text).toMatch(/AUTHENTICATION_FAILED|USER_SESSION_LIMIT_EXCEEDED/)
  })

  test('credentials in the URL or in headers of ClickHouse are no way round', async () => {
    const { url } = testEngine()
    const attempts = [
      fetch(`${url}/?user=default&query=SELECT+42`),
      fetch(`${url}/?query=SELECT+42`, { headers: { 'x-clickhouse-user': 'default' } }),
      fetch(`${url}/?query=SELECT+42&user=default&password=`, {
        headers: { authorization: basic({ username: 'waymark', password: 'x' }) },
      }),
      fetch(`${url}/?query=SELECT+42`, { headers: { authorization: basic({ username: 'waymar', password: '' }) } }),
    ]
    for (const response of await Promise.all(attempts)) expect(response.ok).toBe(false)
  })

  test('the boot user may listen and wait, and nothing else', async () => {
    const { text } = await ask(
      testEngine().writer,
      "SELECT access_type, database, table FROM system.grants WHERE user_name = 'default' ORDER BY 1",
    )
    expect(text.trim().split('\n')).toEqual(['SELECT\tsystem\tnumbers', 'SYSTEM LISTEN\t\\N\t\\N'])
  })
})

describe('the reader', () => {
  test.each([
    'INSERT INTO t VALUES (1)',
    'CREATE TABLE u (n UInt32) ENGINE = Memory',
    'DROP TABLE t',
    'ALTER TABLE t DELETE WHERE 1',
    'TRUNCATE TABLE t',
    'OPTIMIZE TABLE t',
    "KILL QUERY WHERE user = 'waymark'",
    'SYSTEM STOP LISTEN HTTP',
    'SYSTEM SHUTDOWN',
    "SELECT 1 INTO OUTFILE '/tmp/waymark-outfile'",
    'SELECT 1; SELECT 2',
    'SELECT * FROM system.users',
  ])('cannot run %s', async sql => {
    const { status, text } = await ask(testEngine().reader, sql)
    expect(status).not.toBe(200)
    expect(text).toMatch(/ACCESS_DENIED|READONLY|NOT_ALLOWED|Multi-statements/)
  })

  test.each([
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1:1', system.one)",
    "SELECT * FROM s3('http://127.0.0.1:1/bucket/a', 'LineAsString')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
  ])('reaches nothing outside with %s, nor does the writer', async sql => {
    for (const user of [testEngine().reader, testEngine().writer]) {
      const { status, text } = await ask(user, sql)
      expect(status).not.toBe(200)
      expect(text).toMatch(/ACCESS_DENIED/)
    }
  })

  // The scalar function asks for no right: on Linux the kernel keeps the engine to its folder.
  test.runIf(process.platform === 'linux').each(['/etc/passwd', '../engine.json', `/proc/${process.pid}/environ`, process.execPath])(
    'cannot read the file %s',
    async path => {
      const { status, text } = await ask(testEngine().reader, `SELECT length(file('${path}'))`)
      expect(status).not.toBe(200)
      expect(text).toMatch(/Permission denied/)
    },
  )

  test.each([
    'max_execution_time',
    'max_memory_usage',
    'max_memory_usage_for_user',
    'max_result_rows',
    'max_result_bytes',
    'max_concurrent_queries_for_user',
  ])('cannot raise %s or do away with it', async limit => {
    for (const value of ['0', '1000000000000']) {
      const { text } = await ask(testEngine().reader, `SELECT count() FROM t SETTINGS ${limit} = ${value}`)
      expect(text).toContain('SETTING_CONSTRAINT_VIOLATION')
    }
  })

  test('cannot leave its read-only mode', async () => {
    for (const value of [0, 1]) expect((await ask(testEngine().reader, `SELECT 1 SETTINGS readonly = ${value}`)).text).toContain('READONLY')
  })

  test('gets an error, not a part of the answer, when a limit is reached', async () => {
    const slow = 'SELECT sleepEachRow(0.1) FROM system.numbers SETTINGS max_block_size = 1, max_execution_time = 1'
    expect((await ask(testEngine().reader, slow)).text).toContain('TIMEOUT_EXCEEDED')
    expect((await ask(testEngine().reader, 'SELECT groupArray(number) FROM numbers(1000000000)')).text).toContain('MEMORY_LIMIT_EXCEEDED')
    expect((await ask(testEngine().reader, 'SELECT number FROM numbers(3) SETTINGS max_result_rows = 2')).text).toContain(
      'TOO_MANY_ROWS_OR_BYTES',
    )
  })

  test('may read tables and use table functions that reach nothing', async () => {
    expect(
      await ask(
        testEngine().reader,
        "SELECT (SELECT count() FROM t), (SELECT sum(number) FROM numbers(3)), (SELECT sum(a) FROM values('a UInt8', 1, 2))",
      ),
    ).toEqual({ status: 200, text: '0\t3\t3\n' })
  })
})
