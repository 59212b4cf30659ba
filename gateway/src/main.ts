#!/usr/bin/env -S node --max-semi-space-size=8
/** The command line: the only reader of the environment, and the only place that opens, listens and handles signals. */
import { doctorCommand } from './cli/doctorCommand.ts'
import { explainHere } from './cli/explainHere.ts'
import { importFromHere } from './cli/importCommand.ts'
import { keysCommand } from './cli/keysCommand.ts'
import { migrateCommand } from './cli/migrateCommand.ts'
import { processTerminal } from './cli/processTerminal.ts'
import { runCommand } from './cli/runCommand.ts'
import { serveCommand } from './cli/serveCommand.ts'
import { simulateCommand } from './cli/simulateCommand.ts'
import { unmergeCommand } from './cli/unmergeCommand.ts'
import { ConfigError, loadConfig } from './config.ts'
import { explainError } from './log.ts'

const COMMANDS = {
  serve: { run: serveCommand, says: 'start the gateway' },
  migrate: { run: migrateCommand, says: 'bring the tables up to date' },
  run: { run: runCommand, says: 'run jobs now: [job …] [--at ISO]' },
  import: { run: importFromHere, says: 'send a file of events: FILE|- --source NAME' },
  explain: { run: explainHere, says: 'tell why an account has its score and stage: ACCOUNT [--at ISO]' },
  unmerge: { run: unmergeCommand, says: 'take back a merge of two people: MERGE_ID' },
  simulate: { run: simulateCommand, says: 'send a sample history: [--companies N] [--days N] [--seed N]' },
  doctor: { run: doctorCommand, says: 'look for what is wrong, and say what to do: [--json]' },
  keys: { run: keysCommand, says: 'create, list or revoke keys' },
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
    process.exitCode = await command.run(argv, {
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
