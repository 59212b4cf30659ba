import { parseArgs } from 'node:util'
import { label } from '../read/label.ts'
import { parseInstant } from '../read/parameters.ts'
import type { Reader } from '../read/reader.ts'
import type { Account, Journey, Member, Score } from '../read/shapes.ts'
import { ROLE_WORDS, signedPoints, withoutPoints } from '../read/words.ts'
import { exitCode, type Terminal, UsageError } from './terminal.ts'

export const EXPLAIN_USAGE = 'waymark explain ACCOUNT [--at 2026-03-01] [--json]     (ACCOUNT: a domain, a group id or an internal id)'

export interface ExplainEdges {
  readonly reader: Reader
  readonly terminal: Terminal
}

interface Explanation {
  readonly account: Account
  readonly score: Score
  readonly journey: Journey | null
}

/** `waymark explain`: why an account scores what it scores and stands where it stands, now or on a past day. */
export function explainCommand(argv: readonly string[], { reader, terminal }: ExplainEdges): Promise<0 | 1 | 2> {
  return exitCode(terminal, EXPLAIN_USAGE, async () => {
    const { key, at, json } = parseExplain(argv)
    const account = await reader.account(key)
    if (account === null) {
      terminal.err(`No account has the key “${key}”. Look it up in the console, or run the jobs first: waymark run\n`)
      return false
    }
    const { accountId } = account
    const [score, journey] = await Promise.all([reader.score(accountId, at), reader.journey(accountId)])
    const explanation = { account, score, journey }
    terminal.out(json ? `${JSON.stringify(explanation, null, 2)}\n` : explainText(explanation, at))
    return true
  })
}

export function parseExplain(argv: readonly string[]): { key: string; at?: number; json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { at: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [key, ...more] = positionals
  if (key === undefined || more.length > 0) throw new UsageError('One account is needed.')
  const json = values.json ?? false
  if (values.at === undefined) return { key, json }
  const at = parseInstant(values.at)
  if (at === null) throw new UsageError(`--at “${values.at}” is not a day (2026-03-01) or an instant with a zone (2026-03-01T09:05:00Z).`)
  return { key, at, json }
}

/** Points stand in a column and their sum below it, so that a reader can add them up. */
function explainText({ account, score, journey }: Explanation, at?: number): string {
  const place = placeAt(journey, at)
  const reasons = score.reasons.map(({ text, points }) => [signedPoints(points).padStart(8), label(withoutPoints(text), 200)] as const)
  return [
    `${label(account.label)}${account.domain === null || account.domain === account.label ? '' : ` (${label(account.domain)})`}  ${account.accountId}`,
    `known as ${account.keys.map(({ kind, value }) => `${kind} ${label(value)}`).join(', ') || 'nothing else'}`,
    '',
    `intent ${score.score.toFixed(1)} of 100${score.band === null ? '' : `, ${score.band}`}, on ${score.at.slice(0, 10)} (model version ${score.modelVersion})`,
    ...(reasons.length === 0 ? ['  no touch counts'] : reasons.map(([points, words]) => `${points}  ${words}`)),
    `${signedPoints(score.points).padStart(8)}  points together`,
    '',
    place === null
      ? 'not on the journey'
      : `${journey?.model}: ${place.stage}, ${place.status}, since ${place.enteredAt.slice(0, 10)}, because of: ${label(place.rule)}`,
    '',
    `people (${account.peopleCount})`,
    ...account.people.map(personLine),
    ...(account.peopleCount > account.people.length
      ? [`  and ${account.peopleCount - account.people.length} who were seen longer ago`]
      : []),
    '',
  ].join('\n')
}

function personLine({ label: name, email, title, role, rule, certainty, lastSeenAt }: Member): string {
  const address = email === null || email === name ? '' : ` <${label(email)}>`
  const seen = lastSeenAt === null ? '' : `, last seen ${lastSeenAt.slice(0, 10)}`
  return `  ${label(name)}${address}${title === null ? '' : `, ${label(title)}`}  ${ROLE_WORDS[role]}${seen}, by ${label(rule)}, certainty ${certainty}`
}

/** The interval that holds at a time; the open one without a time. */
function placeAt(journey: Journey | null, at: number | undefined) {
  const intervals = journey?.intervals ?? []
  if (at === undefined) return intervals.at(-1) ?? null
  return intervals.findLast(({ enteredAt }) => Date.parse(enteredAt) <= at) ?? null
}
