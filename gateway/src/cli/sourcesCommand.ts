import { parseArgs } from 'node:util'
import { MOST_NAMES, readNames } from '../ingest/event/neverStored.ts'
import { configuredOrigins, MOST_ORIGINS, readOrigins } from '../keys/origins.ts'
import { isKeyName, KEY_NAME_RULE } from '../keys/parse.ts'
import { listSettings, putSettings, type WantedSettings } from '../keys/settings.ts'
import { openWarehouse } from '../warehouse.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { exitCode, UsageError } from './terminal.ts'

export const USAGE =
  'waymark sources list | set NAME [--origin https://www.acme.com … | --any-origin] [--events-per-second N|default] [--first-party-id on|off] [--never-store ssn,birthday | --store-all]'

type Change = Partial<Omit<WantedSettings, 'source_id'>>

/** What a source may do at run time; in force at running gateways within 5 s. */
export function sourcesCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal, config, now } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        origin: { type: 'string', multiple: true },
        'any-origin': { type: 'boolean' },
        'events-per-second': { type: 'string' },
        'first-party-id': { type: 'string' },
        'never-store': { type: 'string', multiple: true },
        'store-all': { type: 'boolean' },
      },
    })
    const [verb, name = ''] = positionals
    if (verb !== 'list' && verb !== 'set') throw new UsageError('say list or set.')
    const change: Change = {
      ...originsOf(values.origin, values['any-origin'] === true),
      ...rateOf(values['events-per-second']),
      ...firstPartyOf(values['first-party-id']),
      ...neverStoredOf(values['never-store'], values['store-all'] === true),
    }
    if (verb === 'set' && !isKeyName(name)) throw new UsageError(`the name must be ${KEY_NAME_RULE}.`)
    if (verb === 'set' && Object.keys(change).length === 0) throw new UsageError('say what is to be set.')
    const { db, close } = await openWarehouse(config, commandLog(edges), 'waymark sources')
    try {
      if (verb === 'list') {
        for (const settings of await listSettings(db)) terminal.out(line(settings))
        return true
      }
      const before = (await listSettings(db)).find(({ source_id }) => source_id === name)
      const { origins = [], events_per_second = 0, first_party_id = 0, never_stored = [] } = before ?? {}
      const wanted: WantedSettings = { source_id: name, origins, events_per_second, first_party_id, never_stored, ...change }
      await putSettings(db, wanted, now())
      terminal.out(line(wanted))
      if (change.origins !== undefined && configuredOrigins(config.allowedOrigins, name) !== null)
        terminal.err('ALLOWED_ORIGINS names this source, and counts before these origins.\n')
      return true
    } finally {
      await close()
    }
  })
}

function originsOf(given: readonly string[] | undefined, isAny: boolean): Change {
  if (isAny) return { origins: [] }
  if (given === undefined) return {}
  const { origins, wrong } = readOrigins(given.join(' '))
  // An empty variable of a script must not open the source to every page.
  if (origins.length + wrong.length === 0) throw new UsageError('--origin names none; --any-origin lets every page send.')
  if (wrong.length > 0)
    throw new UsageError(`“${wrong[0]}” is no origin; write scheme and host only, e.g. https://www.acme.com or https://*.acme.com.`)
  if (origins.length > MOST_ORIGINS)
    throw new UsageError(`--origin takes ${MOST_ORIGINS} origins at most; https://*.acme.com is every subdomain.`)
  return { origins }
}

function rateOf(given: string | undefined): Change {
  if (given === undefined) return {}
  if (given === 'default') return { events_per_second: 0 }
  if (!/^[1-9]\d{0,8}$/.test(given)) throw new UsageError('--events-per-second must be a whole number, or default.')
  return { events_per_second: Number(given) }
}

function firstPartyOf(given: string | undefined): Change {
  if (given === undefined) return {}
  if (given !== 'on' && given !== 'off') throw new UsageError('--first-party-id must be on or off.')
  return { first_party_id: given === 'on' ? 1 : 0 }
}

function neverStoredOf(given: readonly string[] | undefined, isNothing: boolean): Change {
  if (isNothing) return { never_stored: [] }
  if (given === undefined) return {}
  const { names, wrong } = readNames(given.join(','))
  if (names.length + wrong.length === 0) throw new UsageError('--never-store names none; --store-all stores every property and trait.')
  if (wrong.length > 0)
    throw new UsageError(`“${wrong[0]?.slice(0, 100)}” is no name; write those of properties and traits, e.g. ssn,birthday.`)
  if (names.length > MOST_NAMES) throw new UsageError(`--never-store takes ${MOST_NAMES} names at most.`)
  return { never_stored: names }
}

function line({ source_id, origins, events_per_second, first_party_id, never_stored }: WantedSettings): string {
  const rate = events_per_second === 0 ? 'usual limit' : `${events_per_second} events/s`
  return `${source_id.padEnd(24)}  ${rate.padEnd(18)}  first-party id ${first_party_id === 1 ? 'on ' : 'off'}  ${origins.length === 0 ? 'any page' : origins.join(' ')}${never_stored.length === 0 ? '' : `  never stored: ${never_stored.join(', ')}`}\n`
}
