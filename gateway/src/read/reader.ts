import type { AccountExport } from './accountExport.ts'
import type { AccountPage, AccountQuery } from './accounts.ts'
import type { Account, AccountSummary, Changes, History, Journey, Page, Profile, Score, TimelineEvent } from './shapes.ts'

/** Everything that the read API, the console and `waymark explain` show; account ids are internal ones but for `account`. */
export interface Reader {
  accounts(query: AccountQuery): Promise<Page<AccountSummary>>
  /** With the way back, and the page's place among all that match. */
  placedAccounts(query: AccountQuery): Promise<AccountPage>
  /** Every account that matches, in the query's order, as CSV. */
  accountsCsv(query: AccountQuery): Promise<AccountExport>
  /** Internal id by any key; null when nobody has it. */
  accountId(key: string): Promise<string | null>
  /** By any key: domain, group id, internal id. */
  account(key: string): Promise<Account | null>
  /** `at`: any day, given by an instant in it; the horizon day when left out. */
  score(accountId: string, at?: number): Promise<Score>
  /** Stored scores of the last `days` days. */
  history(accountId: string, days: number): Promise<History>
  /** What is different from `days` days before the last scored day. */
  changes(accountId: string, days: number): Promise<Changes>
  /** null for a model that is not active. */
  journey(accountId: string, model?: string): Promise<Journey | null>
  timeline(accountId: string, limit: number, cursor?: string): Promise<Page<TimelineEvent>>
  profile(type: string, value: string): Promise<Profile | null>
  /** What joined, was refused or split among the identifiers of a profile, newest first; null for an unknown identifier. */
  merges(type: string, value: string): Promise<readonly object[] | null>
}
