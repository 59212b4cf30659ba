import { byText } from './ids.ts'

export type MembershipRule = 'group' | 'email_domain'

/** How sure it is that the person belongs to the account, by what says so. */
const CERTAINTY: { readonly [rule in MembershipRule]: number } = { group: 1, email_domain: 0.9 }

/** What ties a person to an account, with the times of its first and last sighting, epoch ms. */
export interface AccountEvidence {
  readonly accountId: string
  readonly rule: MembershipRule
  readonly firstSeen: number
  readonly lastSeen: number
}

/** Days `YYYY-MM-DD`, both included. */
export type Span = readonly [from: string, to: string]

export interface Membership {
  readonly accountId: string
  readonly rule: MembershipRule
  readonly certainty: number
  /** Epoch ms, start of a UTC day, included. */
  readonly validFrom: number
  /** Epoch ms, start of a UTC day, not included; `FOREVER` while it is open. */
  readonly validTo: number
  /** The days on which this account gets what the person does without naming an account. */
  readonly primarySpans: readonly Span[]
}

export const FOREVER = Date.UTC(2299, 11, 31)
const DAY_MS = 86_400_000

/**
 * The accounts of one person over time, from all evidence there is.
 * The first membership reaches back to 1970: who somebody turns out to be, they were before. A new corporate domain ends the
 * membership in the old one's account from that day, and with it a group membership there that nothing has renewed since.
 * Memberships by group otherwise stay valid side by side.
 */
export function membershipsOf(evidence: readonly AccountEvidence[]): Membership[] {
  const ties = gathered(evidence)
  const left = leavingDays(ties.filter(tie => tie.rule === 'email_domain'))
  const terms = ties.map(tie => ({ ...tie, certainty: CERTAINTY[tie.rule], validFrom: dayOf(tie.firstSeen), validTo: endOf(tie, left) }))
  const [first] = terms.toSorted(
    (a, b) => a.validFrom - b.validFrom || b.certainty - a.certainty || a.firstSeen - b.firstSeen || byText(a.accountId, b.accountId),
  )
  const valid = terms.map(term => (term === first ? { ...term, validFrom: 0 } : term)).filter(term => term.validFrom < term.validTo)
  const spans = primarySpans(valid)
  return valid
    .map((term, index) => ({
      accountId: term.accountId,
      rule: term.rule,
      certainty: term.certainty,
      validFrom: term.validFrom,
      validTo: term.validTo,
      primarySpans: spans[index] ?? [],
    }))
    .sort((a, b) => byText(a.accountId, b.accountId) || byText(a.rule, b.rule))
}

/** One tie per account and rule, from its first to its last sighting. */
function gathered(evidence: readonly AccountEvidence[]): AccountEvidence[] {
  const ties = new Map<string, AccountEvidence>()
  for (const item of evidence) {
    const key = `${item.accountId}\0${item.rule}`
    const known = ties.get(key) ?? item
    ties.set(key, {
      ...item,
      firstSeen: Math.min(known.firstSeen, item.firstSeen),
      lastSeen: Math.max(known.lastSeen, item.lastSeen),
    })
  }
  return [...ties.values()]
}

/** The day on which each account's domain was followed by another one's; accounts never followed are absent. */
function leavingDays(domains: readonly AccountEvidence[]): Map<string, number> {
  const inTurn = domains.toSorted((a, b) => a.firstSeen - b.firstSeen || byText(a.accountId, b.accountId))
  return new Map(
    inTurn.flatMap((tie, index) => {
      const next = inTurn[index + 1]
      return next === undefined ? [] : [[tie.accountId, dayOf(next.firstSeen)] as const]
    }),
  )
}

function endOf(tie: AccountEvidence, leaving: ReadonlyMap<string, number>): number {
  const left = leaving.get(tie.accountId)
  if (left === undefined) return FOREVER
  return tie.rule === 'email_domain' || tie.lastSeen < left ? left : FOREVER
}

type Term = Pick<Membership, 'accountId' | 'rule' | 'certainty' | 'validFrom' | 'validTo'>

/** Per term, the days on which it is the best valid one: highest certainty, then newest, then smallest account id. */
function primarySpans(terms: readonly Term[]): Span[][] {
  const edges = [...new Set(terms.flatMap(term => [term.validFrom, term.validTo]))].sort((a, b) => a - b)
  const spans: [from: number, to: number][][] = terms.map(() => [])
  edges.forEach((from, index) => {
    const to = edges[index + 1]
    if (to === undefined) return
    const best = bestAt(terms, from)
    const taken = spans[best]
    if (taken === undefined) return
    const last = taken.at(-1)
    if (last !== undefined && last[1] === from) last[1] = to
    else taken.push([from, to])
  })
  return spans.map(taken => taken.map(([from, to]) => [dayText(from), dayText(to === FOREVER ? FOREVER : to - DAY_MS)]))
}

/** Place of the best term that is valid on a day; −1 when none is. */
function bestAt(terms: readonly Term[], day: number): number {
  return terms.reduce((best, term, index) => {
    if (term.validFrom > day || term.validTo <= day) return best
    const rival = terms[best]
    return rival === undefined || isBetter(term, rival) ? index : best
  }, -1)
}

function isBetter(term: Term, rival: Term): boolean {
  const order = rival.certainty - term.certainty || rival.validFrom - term.validFrom || byText(term.accountId, rival.accountId)
  return order < 0
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
