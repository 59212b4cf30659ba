import { verbOf } from '@waymark/schemas/taxonomy'
import { MOST_REASONS, type ReasonPart, reasonText } from '../model/intent/intentReasons.ts'
import type { CsvField } from './csv.ts'
import { label } from './label.ts'
import type { PersonCard } from './people.ts'
import type { AccountSummary } from './shapes.ts'
import { signedPoints, withoutPoints } from './words.ts'

/** What one line of the account file tells. */
export interface AccountLine {
  readonly account: AccountSummary
  readonly reasons: readonly (ReasonPart & { readonly person: string | null })[]
  readonly deciderCount: number
  /** The first of them. */
  readonly deciders: readonly PersonCard[]
}

const REASON_NUMBERS = Array.from({ length: MOST_REASONS }, (_, index) => index + 1)

export const ACCOUNT_COLUMNS: readonly string[] = [
  'Account',
  'Domain',
  'Intent score',
  'Change over 7 days',
  'Band',
  'Grade',
  'Confidence',
  'Stage',
  'In stage since',
  'Status',
  'People',
  'Decision makers',
  'Decision maker names',
  'Last activity (UTC)',
  ...REASON_NUMBERS.map(number => `Reason ${number}`),
  'Topics',
  'Account id',
]

/** The fields under `ACCOUNT_COLUMNS`. Dates are dates and not "days ago": a file is read later than it is written. */
export function accountFields({ account, reasons, deciderCount, deciders }: AccountLine): CsvField[] {
  const { intent, journey } = account
  const told = reasons.filter(({ kind }) => kind !== 'other' && kind !== 'floor')
  return [
    words(account.label),
    words(account.domain),
    rounded(intent.score),
    rounded(intent.change7d),
    words(intent.band),
    words(intent.grade),
    intent.confidence,
    words(journey.stage),
    dateOf(journey.since),
    words(journey.status),
    account.people,
    deciderCount,
    words(decidersText(deciders, deciderCount)),
    account.lastTouchAt === null ? null : account.lastTouchAt.slice(0, 16).replace('T', ' '),
    ...REASON_NUMBERS.map(number => {
      const reason = told[number - 1]
      return reason === undefined ? null : words(reasonWords(reason))
    }),
    words(topicsText(told)),
    account.accountId,
  ]
}

/** `Ana Silva requested a demo once, on 2026-11-17 (+31.2 points)`. */
function reasonWords(reason: AccountLine['reasons'][number]): string {
  const { kind, person, type, topic, count, lastAt, points } = reason
  const name = person ?? 'Somebody'
  const end = `(${signedPoints(points)} points)`
  if (kind !== 'touch' && kind !== 'negative') return `${withoutPoints(reasonText(reason, { name, asof: 0 }))} ${end}`
  const about = topic === '' ? '' : ` about ${topic}`
  const times = count === 1 ? 'once, on' : count === 2 ? 'twice, last on' : `${count} times, last on`
  return `${name} ${verbOf(type)}${about} ${times} ${new Date(lastAt).toISOString().slice(0, 10)} ${end}`
}

function decidersText(deciders: readonly PersonCard[], count: number): string {
  const names = deciders.map(({ label: name, title }) => (title === null ? name : `${name} (${title})`))
  return [...names, ...(count > names.length ? [`and ${count - names.length} more`] : [])].join('; ')
}

/** What the listed reasons are about, most points first. */
function topicsText(reasons: AccountLine['reasons']): string {
  const points = new Map<string, number>()
  for (const { topic, points: own } of reasons) if (topic !== '' && own > 0) points.set(topic, (points.get(topic) ?? 0) + own)
  return [...points]
    .sort(([, a], [, b]) => b - a)
    .map(([topic]) => topic)
    .join('; ')
}

/** Without controls and marks that turn the reading direction; at most what fits a cell. */
function words(text: string | null): string | null {
  return text === null ? null : label(text, 1000)
}

/** Never `-0`, which is no change. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10 || 0
}

function dateOf(at: string | null): string | null {
  return at === null ? null : at.slice(0, 10)
}
