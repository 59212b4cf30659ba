import { readChanges } from './accountChanges.ts'
import { findAccount, readAccount } from './accountDetail.ts'
import { exportAccounts } from './accountExport.ts'
import { type AccountEdges, listAccounts, listAccountsPlaced } from './accounts.ts'
import { readHistory } from './history.ts'
import { readJourney } from './journey.ts'
import { readMerges, readProfile } from './profiles.ts'
import type { Reader } from './reader.ts'
import { readScore } from './score.ts'
import { readTimeline } from './timeline.ts'

/** A `Reader` over the warehouse, in its read-only session. */
export function createReader(edges: AccountEdges): Reader {
  const { db, now } = edges
  return {
    accounts: async query => {
      const { data, nextCursor } = await listAccounts(edges, query)
      return { data, nextCursor }
    },
    placedAccounts: query => listAccountsPlaced(edges, query),
    accountsCsv: query => exportAccounts(edges, query),
    accountId: key => findAccount(edges, key),
    account: key => readAccount(edges, key),
    score: (accountId, at) => readScore(edges, accountId, at),
    history: (accountId, days) => readHistory(edges, accountId, days),
    changes: (accountId, days) => readChanges(edges, accountId, days),
    journey: (accountId, model) => readJourney(edges, accountId, model),
    timeline: (accountId, limit, cursor) => readTimeline(db, now(), { accountId, limit, cursor }),
    profile: (type, value) => readProfile(db, { type, value }),
    merges: (type, value) => readMerges(db, { type, value }),
  }
}
