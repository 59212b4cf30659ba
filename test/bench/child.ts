/** Processes of a benchmark: each is a file that speaks over its channel and ends with it. */
import { type ChildProcess, spawn } from 'node:child_process'

export function startChild(file: URL): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file.pathname], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

/** The next thing it says; rejects when it ends instead. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((done, fail) => {
    const gone = (code: number | null) => fail(new Error(`${child.spawnargs.at(-1)} ended with ${code} before it answered`))
    child.once('exit', gone)
    child.once('message', answer => {
      child.off('exit', gone)
      done(answer as T)
    })
  })
}

export function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  const end = new Promise<void>(done => child.once('exit', () => done()))
  child.kill('SIGTERM')
  return end
}
