import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import { type NativeColumn, nativeText, numberColumn, textColumn, type WordColumn, wordColumn } from './nativeColumns.ts'
import { createMouldedWords, type Mould, type PageWord, type RestWord } from './usual/mouldedWords.ts'

/** Rows of events, gathered into the columns of one block. */
export interface EventBlock {
  /** All of the row or, where it throws, nothing of it. */
  add(row: EventRow): void
  /** Likewise the row of an event of which all else is in these moulds. */
  addMoulded(own: OwnColumns, page: Mould, rest: Mould): void
  /** The columns in the order of `EVENT_COLUMNS`, each with its name and type; written where `room` says. */
  take(room?: (bytes: number) => Uint8Array): Uint8Array
  /** Begins anew. */
  clear(): void
}

type WordName = PageWord | RestWord

/** What is no word that rows have in common. */
export type OwnColumns = Omit<EventRow, WordName>

export type EventColumns = { readonly [name in keyof OwnColumns]: NativeColumn<EventRow[name]> } & {
  readonly [name in WordName]: WordColumn
}

/**
 * The types of the table, but that what repeats is sent as words also where the table has texts: addresses, titles, campaigns, and contexts,
 * which tell of a device. The engine makes texts of them; with contexts as texts a block is half as long again.
 */
export function eventColumns(): EventColumns {
  const time = () => numberColumn("DateTime64(3, 'UTC')", 8)
  return {
    message_id: textColumn(),
    source_id: wordColumn(),
    trust: wordColumn(),
    type: wordColumn(),
    event: wordColumn(),
    anonymous_id: textColumn(),
    user_id: textColumn(),
    group_id: wordColumn(),
    session_id: textColumn(),
    client_seq: numberColumn('UInt32', 4),
    timestamp: time(),
    original_timestamp: time(),
    sent_at: time(),
    received_at: time(),
    clock_offset_ms: numberColumn('Int64', 8),
    url: wordColumn(),
    path: wordColumn(),
    referrer: wordColumn(),
    title: wordColumn(),
    channel: wordColumn(),
    medium: wordColumn(),
    campaign_name: wordColumn(),
    campaign_source: wordColumn(),
    campaign_medium: wordColumn(),
    campaign_term: wordColumn(),
    campaign_content: wordColumn(),
    campaign_id: wordColumn(),
    click_id: wordColumn(),
    browser: wordColumn(),
    os: wordColumn(),
    device: wordColumn(),
    country: wordColumn(),
    is_bot: numberColumn('UInt8', 1),
    bot_reason: wordColumn(),
    consent: wordColumn(),
    properties: textColumn(),
    traits: wordColumn(),
    context: wordColumn(),
  }
}

export function createEventBlock(columns: EventColumns = eventColumns()): EventBlock {
  const inOrder = EVENT_COLUMNS.map(name => [name, columns[name]] as const)
  const words = createMouldedWords(columns)
  let rows = 0

  // One by one, so that each place sees one kind of column and no name is looked up: a third of the time of a loop.
  function addAll(row: EventRow): void {
    columns.message_id.add(row.message_id)
    columns.source_id.add(row.source_id)
    columns.trust.add(row.trust)
    columns.type.add(row.type)
    columns.event.add(row.event)
    columns.anonymous_id.add(row.anonymous_id)
    columns.user_id.add(row.user_id)
    columns.group_id.add(row.group_id)
    columns.session_id.add(row.session_id)
    columns.client_seq.add(row.client_seq)
    columns.timestamp.add(row.timestamp)
    columns.original_timestamp.add(row.original_timestamp)
    columns.sent_at.add(row.sent_at)
    columns.received_at.add(row.received_at)
    columns.clock_offset_ms.add(row.clock_offset_ms)
    columns.url.add(row.url)
    columns.path.add(row.path)
    columns.referrer.add(row.referrer)
    columns.title.add(row.title)
    columns.channel.add(row.channel)
    columns.medium.add(row.medium)
    columns.campaign_name.add(row.campaign_name)
    columns.campaign_source.add(row.campaign_source)
    columns.campaign_medium.add(row.campaign_medium)
    columns.campaign_term.add(row.campaign_term)
    columns.campaign_content.add(row.campaign_content)
    columns.campaign_id.add(row.campaign_id)
    columns.click_id.add(row.click_id)
    columns.browser.add(row.browser)
    columns.os.add(row.os)
    columns.device.add(row.device)
    columns.country.add(row.country)
    columns.is_bot.add(row.is_bot)
    columns.bot_reason.add(row.bot_reason)
    columns.consent.add(row.consent)
    columns.properties.add(row.properties)
    columns.traits.add(row.traits)
    columns.context.add(row.context)
  }

  function addOwn(own: OwnColumns): void {
    columns.message_id.add(own.message_id)
    columns.event.add(own.event)
    columns.anonymous_id.add(own.anonymous_id)
    columns.user_id.add(own.user_id)
    columns.session_id.add(own.session_id)
    columns.client_seq.add(own.client_seq)
    columns.timestamp.add(own.timestamp)
    columns.original_timestamp.add(own.original_timestamp)
    columns.sent_at.add(own.sent_at)
    columns.received_at.add(own.received_at)
    columns.clock_offset_ms.add(own.clock_offset_ms)
    columns.properties.add(own.properties)
    columns.is_bot.add(own.is_bot)
  }

  function cut(from: number): void {
    for (const [, column] of inOrder) column.cut(from)
    if (from === 0) words.begin()
    rows = from
  }

  return {
    add(row) {
      try {
        addAll(row)
      } catch (error) {
        cut(rows)
        throw error
      }
      rows++
    },
    addMoulded(own, page, rest) {
      try {
        addOwn(own)
        words.add(page, rest)
      } catch (error) {
        cut(rows)
        throw error
      }
      rows++
    },
    take(room = bytes => new Uint8Array(bytes)) {
      const pieces = inOrder.flatMap(([name, column]) => [nativeText(name), nativeText(column.type), ...column.pieces()])
      const block = room(pieces.reduce((sum, { length }) => sum + length, 0))
      let end = 0
      for (const piece of pieces) {
        block.set(piece, end)
        end += piece.length
      }
      return block
    },
    clear: () => cut(0),
  }
}
