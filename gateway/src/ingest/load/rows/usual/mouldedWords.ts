import type { EventRow } from '@waymark/schemas/row'
import type { WordColumn } from '../nativeColumns.ts'

/** A row that others are like in some columns, and the numbers that its words have in a block. */
export interface Mould {
  readonly row: EventRow
  numbers: readonly number[]
  /** Which begin of which block the numbers are of. */
  begun: object | null
}

export function mouldOf(row: EventRow): Mould {
  return { row, numbers: [], begun: null }
}

const PAGE_WORDS = [
  'url',
  'path',
  'referrer',
  'title',
  'channel',
  'medium',
  'campaign_name',
  'campaign_source',
  'campaign_medium',
  'campaign_term',
  'campaign_content',
  'campaign_id',
  'click_id',
] as const
const REST_WORDS = [
  'source_id',
  'trust',
  'type',
  'group_id',
  'browser',
  'os',
  'device',
  'country',
  'bot_reason',
  'consent',
  'traits',
  'context',
] as const

/** Columns that depend on what tells of the page. */
export type PageWord = (typeof PAGE_WORDS)[number]
/** Columns that depend on all that does not tell of the page. */
export type RestWord = (typeof REST_WORDS)[number]

export interface MouldedWords {
  /** Adds a row to each of the columns. */
  add(page: Mould, rest: Mould): void
  /** The columns have begun anew: numbers from before mean nothing. */
  begin(): void
}

/** Words of a mould are looked up once for each block. */
export function createMouldedWords(columns: { readonly [name in PageWord | RestWord]: WordColumn }): MouldedWords {
  const pages = PAGE_WORDS.map(name => ({ name, column: columns[name] }))
  const rests = REST_WORDS.map(name => ({ name, column: columns[name] }))
  let begun = {}

  function addOf(mould: Mould, words: readonly { readonly name: PageWord | RestWord; readonly column: WordColumn }[]): void {
    if (mould.begun !== begun) {
      mould.numbers = words.map(({ name, column }) => column.numberOf(mould.row[name]))
      mould.begun = begun
    }
    const { numbers } = mould
    for (let place = 0; place < words.length; place++) words[place]?.column.addNumber(numbers[place] ?? 0)
  }

  return {
    add(page, rest) {
      addOf(page, pages)
      addOf(rest, rests)
    },
    begin: () => {
      begun = {}
    },
  }
}
