import type { ClickHouseClient } from '@clickhouse/client'
import type { Database } from './open.ts'

/** The warehouse is not there (yet); what asked for it may ask again. */
export class NotReady extends Error {
  override readonly name = 'NotReady'
}

export interface LateDatabase {
  /** To be handed out at once; until the real one arrives, every use of a connection throws `NotReady`. */
  readonly db: Database
  arrive(db: Database): void
}

/** A database whose place is known before anything answers there. */
export function lateDatabase(place: Pick<Database, 'name' | 'form'>, whyNot: () => string): LateDatabase {
  let arrived: Database | null = null

  function connection(of: (db: Database) => ClickHouseClient): ClickHouseClient {
    // A stand-in rather than a getter: callers keep the connection from the start on.
    return new Proxy({} as ClickHouseClient, {
      get(_, property) {
        if (arrived === null) throw new NotReady(whyNot())
        const client = of(arrived)
        const value = Reflect.get(client, property, client) as unknown
        return typeof value === 'function' ? value.bind(client) : value
      },
    })
  }

  return {
    db: {
      ...place,
      client: connection(db => db.client),
      reader: connection(db => db.reader),
      close: async () => arrived?.close(),
    },
    arrive: db => {
      arrived = db
    },
  }
}
