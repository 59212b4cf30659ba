/**
 * `npm test`: build, types, lint and every test, then one line `N passed, N failed` that counts all of them.
 * Runs on the workspace's own Node 24.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly success: boolean
}

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

function step(title: string, command: string, args: readonly string[]): boolean {
  const started = Date.now()
  process.stdout.write(`\n▸ ${title}\n`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  process.stdout.write(`${status === 0 ? '✓' : '✗'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
  return status === 0
}

const scratch = mkdtempSync(join(tmpdir(), 'waymark-test-'))
const reportFile = join(scratch, 'report.json')
const checks = [
  step('build the browser SDK', process.execPath, ['--disable-warning=ExperimentalWarning', 'sdk-browser/build.ts']),
  step('build the Node SDK', process.execPath, ['--disable-warning=ExperimentalWarning', 'sdk-node/build.ts']),
  step('type check', bin('tsc'), ['--noEmit']),
  step('lint and format', bin('biome'), ['check', '.']),
  step('find or install a Chromium', process.execPath, ['test/chromium.ts']),
]
const testsRan = step('tests', bin('vitest'), [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile=${reportFile}`,
  ...process.argv.slice(2),
])

const report = readReport()
rmSync(scratch, { recursive: true, force: true })
const failedChecks = checks.filter(ok => !ok).length
// A file that cannot even be loaded has no failed test of its own: it counts as one.
const failedTests = Math.max(report.numFailedTests, testsRan ? 0 : 1)
const passed = report.numPassedTests + checks.length - failedChecks
const failed = failedTests + failedChecks
process.stdout.write(`\n${passed} passed, ${failed} failed${report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : ''}\n`)
process.exitCode = failed === 0 ? 0 : 1

function readReport(): Report {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  } catch {
    process.stderr.write('the test runner left no report: it did not start or was ended\n')
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numFailedTestSuites: 0, success: false }
  }
}
