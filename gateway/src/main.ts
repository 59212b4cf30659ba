/** The command line: the only reader of the environment, and the only place that opens, listens and handles signals. */
import { processTerminal } from './cli/processTerminal.ts'
import { ConfigError, loadConfig } from './config.ts'
import { explainError } from './log.ts'

// Loaded when it is asked for: all of them together take longer to load than most take to run.
const COMMANDS = {
  serve: {
    load: () => import('./cli/serveCommand.ts').then(({ serveCommand, USAGE }) => ({ run: serveCommand, USAGE })),
    says: 'start the gateway',
  },
  migrate: {
    load: () => import('./cli/migrateCommand.ts').then(({ migrateCommand, USAGE }) => ({ run: migrateCommand, USAGE })),
    says: 'bring the tables up to date',
  },
  run: {
    load: () => import('./cli/runCommand.ts').then(({ runCommand, USAGE }) => ({ run: runCommand, USAGE })),
    says: 'run jobs now: [job …] [--at ISO]',
  },
  import: {
    load: () => import('./cli/importCommand.ts').then(({ importFromHere, USAGE }) => ({ run: importFromHere, USAGE })),
    says: 'send a file of events: FILE|- --source NAME',
  },
  explain: {
    load: () => import('./cli/explainHere.ts').then(({ explainHere, USAGE }) => ({ run: explainHere, USAGE })),
    says: 'tell why an account has its score and stage: ACCOUNT [--at ISO]',
  },
  plan: {
    load: () => import('./cli/planCommand.ts').then(({ planCommand, USAGE }) => ({ run: planCommand, USAGE })),
    says: 'tracking plans: lint, diff, push, pull, types',
  },
  rejected: {
    load: () => import('./cli/rejectedCommand.ts').then(({ rejectedCommand, USAGE }) => ({ run: rejectedCommand, USAGE })),
    says: 'rejected events: list, replay',
  },
  unmerge: {
    load: () => import('./cli/unmergeCommand.ts').then(({ unmergeCommand, USAGE }) => ({ run: unmergeCommand, USAGE })),
    says: 'take back a merge of two people: MERGE_ID',
  },
  simulate: {
    load: () => import('./cli/simulateCommand.ts').then(({ simulateCommand, USAGE }) => ({ run: simulateCommand, USAGE })),
    says: 'send a sample history: [--companies N] [--days N] [--seed N]',
  },
  doctor: {
    load: () => import('./cli/doctorCommand.ts').then(({ doctorCommand, USAGE }) => ({ run: doctorCommand, USAGE })),
    says: 'look for what is wrong, and say what to do: [--json]',
  },
  micro: {
    load: () => import('./cli/microCommand.ts').then(({ microCommand, USAGE }) => ({ run: microCommand, USAGE })),
    says: 'the gateway in memory, for tests: [--port 9090] [--plan FILE]',
  },
  keys: {
    load: () => import('./cli/keysCommand.ts').then(({ keysCommand, USAGE }) => ({ run: keysCommand, USAGE })),
    says: 'create, list, rotate or revoke keys',
  },
  sources: {
    load: () => import('./cli/sourcesCommand.ts').then(({ sourcesCommand, USAGE }) => ({ run: sourcesCommand, USAGE })),
    says: 'pages, limit, first-party id and never-stored members of a source: list | set NAME …',
  },
} as const

const GRACE_MS = 500

const [name = 'help', ...argv] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : null
const wantsHelp = argv.includes('--help') || argv.includes('-h')
const terminal = processTerminal(process)

if (command === null) {
  const list = Object.entries(COMMANDS).map(([word, { says }]) => `  ${word.padEnd(9)}${says}\n`)
  const isHelp = ['help', '--help', '-h'].includes(name) || wantsHelp
  terminal[isHelp ? 'out' : 'err'](`${isHelp ? '' : `there is no command “${name}”\n\n`}waymark <command>\n${list.join('')}`)
  process.exitCode = isHelp ? 0 : 2
} else if (wantsHelp) {
  terminal.out(`Usage: ${(await command.load()).USAGE}\n`)
} else {
  try {
    const { run } = await command.load()
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
