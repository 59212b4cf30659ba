import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../../sql/', import.meta.url)
const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.sql')) : []

test.each(files)('%s says what it is for, is short, and takes its time and values as parameters', name => {
  const sql = readFileSync(new URL(name, folder), 'utf8')
  expect(name).toMatch(/^[a-z][a-z0-9_]*\.sql$/)
  expect(sql.split('\n')[0]).toMatch(/^-- \S.{10}/)
  expect(sql.trimEnd().split('\n').length).toBeLessThanOrEqual(80)
  const code = sql.replace(/--[^\n]*/g, '').replace(/'(?:[^'\\]|\\.)*'/g, "''")
  expect(code).not.toMatch(/\b(now|now64|today|yesterday|rand|rand64|generateUUIDv[47]|currentDatabase)\s*\(/i)
  expect(sql).not.toContain('${')
  expect(code).not.toContain(';')
})
