/** Answers of the read API. Times are ISO text in UTC; what is not computed is null, never a made-up value. */

export interface Intent {
  /** 0–100. */
  readonly score: number | null
  readonly points: number | null
  readonly band: string | null
  /** Score now less the score of seven days before. */
  readonly change7d: number | null
  /** Score at the end of each of the last twelve weeks, oldest first, today's last; empty before the first scoring. */
  readonly weekly: readonly number[]
  readonly grade: string | null
  readonly confidence: number | null
  /** 0–100; 50 is the account's own usual activity. */
  readonly surge: number | null
  readonly percentile: number | null
  readonly scoredAt: string | null
  readonly modelVersion: number
}

export interface JourneyPlace {
  readonly model: string
  readonly stage: string | null
  readonly since: string | null
  readonly status: string | null
  readonly statusSince: string | null
}

export interface AccountSummary {
  readonly accountId: string
  readonly name: string | null
  readonly domain: string | null
  /** What to call it: name, else domain, else its first key. */
  readonly label: string
  readonly intent: Intent
  readonly journey: JourneyPlace
  /** People who belong to it now. */
  readonly people: number
  readonly lastTouchAt: string | null
}

export interface AccountKey {
  readonly kind: string
  readonly value: string
}

/** People of an account by what is known of them; the model says which titles decide. */
export const ROLES = ['anonymous', 'known', 'decisionMaker'] as const
export type Role = (typeof ROLES)[number]

/** `people` in full here, as a number in lists. */
export interface Account extends Omit<AccountSummary, 'people'> {
  /** Who belong to it now, most recently active first, 200 at most. */
  readonly people: readonly Member[]
  readonly peopleCount: number
  readonly keys: readonly AccountKey[]
  readonly traits: Record<string, unknown>
  readonly fit: { readonly score: number | null; readonly letter: string | null; readonly completeness: number | null }
  readonly firstSeenAt: string | null
}

export interface Page<T> {
  readonly data: readonly T[]
  readonly nextCursor: string | null
}

export interface TimelineEvent {
  readonly messageId: string
  readonly source: string
  /** When it happened, corrected for the device's clock. */
  readonly at: string
  readonly receivedAt: string
  readonly type: string
  /** Name of a track event, '' for the others. */
  readonly event: string
  readonly title: string
  readonly url: string
  readonly path: string
  readonly referrer: string
  readonly channel: string
  readonly isBot: boolean
  /** The sign by which it was seen, such as `headless browser`; '' for a person. */
  readonly botReason: string
  readonly properties: Record<string, unknown>
  readonly person: TimelinePerson
}

export interface TimelinePerson {
  readonly profileId: string | null
  /** The identifier that the event carried. */
  readonly identifier: { readonly type: string; readonly value: string }
  readonly label: string
}

/** A part of the points. All parts add up to the points exactly; the smaller ones may be one part of kind `other`. */
export interface Reason {
  /** In plain words, with the points. */
  readonly text: string
  readonly kind: string
  /** Name of the person; null where the reason is the account's. */
  readonly person: string | null
  readonly profileId: string | null
  readonly type: string
  readonly topic: string
  readonly category: string
  readonly points: number
  readonly count: number
  readonly lastAt: string | null
}

export interface Score {
  readonly accountId: string
  /** The day it is the score of. */
  readonly at: string
  readonly score: number
  readonly points: number
  /** null for a day that is not stored and has a score: a band also depends on the day before. */
  readonly band: string | null
  readonly modelVersion: number
  readonly reasons: readonly Reason[]
}

/** Scores day by day, oldest first; a day without a touch in the model's window scores 0. */
export interface History {
  /** The last scored day; null before the first scoring, when there are no days. */
  readonly through: string | null
  readonly days: readonly { readonly day: string; readonly score: number; readonly band: string }[]
}

/** One reason, then and now. `came`: it was not there. `grew`, `shrank`: by its size. `faded`: it shrank and nothing new was done. */
export interface ReasonChange {
  /** In plain words, with the difference of the points. */
  readonly text: string
  /** `touch`, `negative`, `breadth`, `surge` or `floor`, as of reasons. */
  readonly kind: string
  readonly how: 'came' | 'grew' | 'shrank' | 'faded'
  readonly person: string | null
  readonly profileId: string | null
  readonly type: string
  readonly topic: string
  readonly category: string
  readonly pointsBefore: number
  readonly pointsNow: number
  readonly change: number
  /** Touches since then. */
  readonly newCount: number
  readonly lastAt: string | null
}

export interface StageMove {
  readonly at: string
  /** null: the first place of all. */
  readonly fromStage: string | null
  readonly fromStatus: string | null
  readonly toStage: string
  readonly toStatus: string
  readonly direction: string
  readonly rule: string
}

/** What is different from so many days before the last scored day; both days are told as they are known now. */
export interface Changes {
  readonly accountId: string
  readonly from: string
  readonly to: string
  readonly days: number
  readonly score: { readonly before: number; readonly now: number; readonly change: number }
  readonly points: { readonly before: number; readonly now: number; readonly change: number }
  readonly band: { readonly before: string | null; readonly now: string | null }
  /** Largest difference first; with `otherPoints` they add up to `points.change`. */
  readonly reasons: readonly ReasonChange[]
  readonly otherPoints: number
  readonly moves: readonly StageMove[]
  /** Touches since then that count. */
  readonly newTouches: number
  /** First seen with this account since then, known by name or address; `newVisitors` counts those who are not. */
  readonly newPeople: readonly { readonly profileId: string; readonly person: string; readonly role: Role }[]
  readonly newVisitors: number
  /** What the touches are about, by their points now: all shares add up to 1. */
  readonly topics: readonly TopicShare[]
}

export interface TopicShare {
  readonly topic: string
  readonly points: number
  readonly share: number
  /** Nobody of the account touched it before. */
  readonly isNew: boolean
}

export interface JourneyInterval {
  readonly stage: string
  readonly status: string
  readonly enteredAt: string
  /** null: the open interval. */
  readonly exitedAt: string | null
  readonly direction: string
  /** What caused the entry. */
  readonly rule: string
  /** Message ids. */
  readonly evidence: readonly string[]
}

export interface Journey {
  readonly model: string
  readonly version: number
  /** Every stage of the model, in its order. */
  readonly stages: readonly string[]
  readonly intervals: readonly JourneyInterval[]
}

/** A person of an account. */
export interface Member {
  readonly profileId: string
  /** What to call the person: name, else e-mail, else user id, else an anonymous visitor. */
  readonly label: string
  readonly name: string | null
  readonly email: string | null
  readonly title: string | null
  readonly role: Role
  /** The first five, user ids and e-mails before devices; the profile has them all. */
  readonly identifiers: readonly { readonly type: string; readonly value: string }[]
  /** Why the person counts as the account's; the strongest of several rules. */
  readonly rule: string
  readonly certainty: number
  /** Start of the membership; null: from the beginning. */
  readonly since: string | null
  readonly firstSeenAt: string | null
  readonly lastSeenAt: string | null
}

export interface Profile {
  readonly profileId: string
  readonly identifiers: readonly {
    readonly type: string
    readonly value: string
    readonly firstSeenAt: string | null
    readonly lastSeenAt: string | null
  }[]
  readonly traits: Record<string, unknown>
  readonly accounts: readonly {
    readonly accountId: string
    readonly rule: string
    readonly certainty: number
    readonly from: string | null
    readonly to: string | null
  }[]
}
