import type { EventRow } from '@waymark/schemas/row'
import type { WordColumn } from '../nativeColumns.ts'

/** Words that rows have in common, and the numbers that they have in a block. */
export interface Mould {
  readonly words: readonly string[]
  numbers: readonly number[]
  /** Which begin of which block the numbers are of. */
  begun: object | null
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

export function pageWords(row: EventRow): Mould {
  return { words: PAGE_WORDS.map(name => row[name]), numbers: [], begun: null }
}

export function restWords(row: EventRow): Mould {
  return { words: REST_WORDS.map(name => row[name]), numbers: [], begun: null }
}

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
  const pages = PAGE_WORDS.map(name => columns[name])
  const rests = REST_WORDS.map(name => columns[name])
  let begun = {}

  function addOf(mould: Mould, into: readonly WordColumn[]): void {
    if (mould.begun !== begun) {
      mould.numbers = into.map((column, place) => column.numberOf(mould.words[place] ?? ''))
      mould.begun = begun
    }
    const { numbers } = mould
    for (let place = 0; place < into.length; place++) into[place]?.addNumber(numbers[place] ?? 0)
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
