import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs `waymark …` as a user would; resolves with the exit code and all it printed. */
export function waymark(args: readonly string[], env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['gateway/waymark.js', ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: string[] = []
    child.stdout.on('data', data => chunks.push(String(data)))
    child.stderr.on('data', data => chunks.push(String(data)))
    child.once('error', fail)
    child.once('exit', code => done({ code, output: chunks.join('') }))
  })
}
