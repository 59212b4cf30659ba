/** The command line: the only reader of the environment, and the only place that opens, listens and handles signals. */
import { processTerminal } from './cli/processTerminal.ts'
import { ConfigError, loadConfig } from './config.ts'
import { explainError } from './log.ts'

// Loaded when it is asked for: all of them together take longer to load than most take to run.
const COMMANDS = {
  serve: { load: async () => (await import('./cli/serveCommand.ts')).serveCommand, says: 'start the gateway' },
  migrate: { load: async () => (await import('./cli/migrateCommand.ts')).migrateCommand, says: 'bring the tables up to date' },
  run: { load: async () => (await import('./cli/runCommand.ts')).runCommand, says: 'run jobs now: [job …] [--at ISO]' },
  import: {
    load: async () => (await import('./cli/importCommand.ts')).importFromHere,
    says: 'send a file of events: FILE|- --source NAME',
  },
  explain: {
    load: async () => (await import('./cli/explainHere.ts')).explainHere,
    says: 'tell why an account has its score and stage: ACCOUNT [--at ISO]',
  },
  plan: { load: async () => (await import('./cli/planCommand.ts')).planCommand, says: 'tracking plans: lint, diff, push, pull, types' },
  rejected: { load: async () => (await import('./cli/rejectedCommand.ts')).rejectedCommand, says: 'rejected events: list, replay' },
  unmerge: {
    load: async () => (await import('./cli/unmergeCommand.ts')).unmergeCommand,
    says: 'take back a merge of two people: MERGE_ID',
  },
  simulate: {
    load: async () => (await import('./cli/simulateCommand.ts')).simulateCommand,
    says: 'send a sample history: [--companies N] [--days N] [--seed N]',
  },
  doctor: {
    load: async () => (await import('./cli/doctorCommand.ts')).doctorCommand,
    says: 'look for what is wrong, and say what to do: [--json]',
  },
  micro: {
    load: async () => (await import('./cli/microCommand.ts')).microCommand,
    says: 'the gateway in memory, for tests: [--port 9090]',
  },
  keys: { load: async () => (await import('./cli/keysCommand.ts')).keysCommand, says: 'create, list, rotate or revoke keys' },
  sources: {
    load: async () => (await import('./cli/sourcesCommand.ts')).sourcesCommand,
    says: 'pages, limit and first-party id of a source: list | set NAME …',
  },
} as const

const GRACE_MS = 500

const [name = 'help', ...argv] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) && !argv.includes('--help') ? COMMANDS[name as keyof typeof COMMANDS] : null
const terminal = processTerminal(process)

if (command === null) {
  const list = Object.entries(COMMANDS).map(([word, { says }]) => `  ${word.padEnd(9)}${says}\n`)
  const isHelp = ['help', '--help', '-h'].includes(name) || argv.includes('--help')
  terminal[isHelp ? 'out' : 'err'](`${isHelp ? '' : `there is no command “${name}”\n\n`}waymark <command>\n${list.join('')}`)
  process.exitCode = isHelp ? 0 : 2
} else {
  try {
    const run = await command.load()
    process.exitCode = await run(argv, {
      config: loadConfig(process.env, process.cwd()),
      terminal,
      signals: process,
      now: Date.now,
    })
  } catch (error) {
    terminal.err(`${error instanceof ConfigError ? error.message : `waymark ${name}: ${explainError(error)}`}\n`)
    process.exitCode = 1
  }
  // What is closed may still try to reach a server that never answers; a gateway that was told to stop must not wait for that.
  if (command === COMMANDS.serve) setTimeout(() => process.exit(), GRACE_MS).unref()
}
