/**
 * Rows of events that came before in all but what is their own: visitors of a site see the same pages in the same browsers. A row is made of
 * what the page says, of what all else but the page says, each taken from the last row of which it was the same, and of the event's own.
 */
import { isBlockedValue } from '@waymark/schemas/identifiers'
import type { EventRow } from '@waymark/schemas/row'
import type { ReadAddress } from '../../../enrich/address.ts'
import { type EventTime, historical, type Moment } from '../../../enrich/devices.ts'
import type { Redact } from '../../../enrich/redact.ts'
import { isStorable } from '../../../enrich/time.ts'
import type { RequestFacts } from '../../../spool/frame.ts'
import type { EventBlock } from '../eventBlock.ts'
import { type Mould, pageWords, restWords } from './mouldedWords.ts'
import * as at from './outliner.ts'
import type { UsualRequest } from './usualReader.ts'

export interface Moulds {
  /** Adds the row of the event in that place to the block; false, and nothing is done, where another must make it. */
  addTo(block: EventBlock, usual: UsualRequest, facts: RequestFacts, place: number): boolean
  /** The row that another made of the event that was asked for last. */
  keep(row: EventRow): void
}

export interface MouldEdges {
  /** When an event happened, by what is known of its device's clock. */
  readonly place: (moment: Moment) => EventTime
  readonly redact: Redact
  readonly readAddress: ReadAddress
  readonly readSentAt: (text: string) => number | null
}

/** A text that comes often. */
interface Often {
  readonly text: string
  /** None that an event may have as its id. */
  readonly isBlocked: boolean
  /** What the clock of its device is known by, and the source that it came with. */
  source: string
  device: string
}

/** Nothing in these is larger than the bytes that they are known by: what an event has of its own may be as large as it likes. */
interface PageMould extends Mould {
  /** '' where the events have properties of their own. */
  readonly properties: string
}

interface RestMould extends Mould, Pick<EventRow, 'event' | 'client_seq' | 'is_bot'> {
  /** '' where the events have one of their own. */
  readonly session_id: string
}

/** An event of which there was no mould. */
interface Asked {
  readonly page: number
  readonly rest: number
  readonly hasOwn: { readonly anonymousId: boolean; readonly userId: boolean; readonly sessionId: boolean; readonly properties: boolean }
}

export function createMoulds({ place: inTime, redact, readAddress, readSentAt }: MouldEdges): Moulds {
  let ages = { texts: -1, rests: -1 }
  let pages: (PageMould | undefined)[] = []
  let rests: (RestMould | undefined)[] = []
  let often: (Often | undefined)[] = []
  let asked: Asked | null = null

  function forget({ textsAge, restsAge }: at.Outlines): void {
    if (textsAge !== ages.texts) often = []
    if (restsAge !== ages.rests) [pages, rests] = [[], []]
    ages = { texts: textsAge, rests: restsAge }
  }

  function oftenAt({ words, text }: at.Outlines, word: number): Often | null {
    const end = words[word + 1] ?? 0
    if (end === 0) return null
    const number = words[word + 2] ?? 0
    const known = number === 0 ? undefined : often[number]
    if (known !== undefined) return known
    const said = text(words[word] ?? 0, end)
    const made: Often = { text: said, isBlocked: isBlockedValue(said), source: '', device: '' }
    if (number !== 0) often[number] = made
    return made
  }

  function propertiesOf({ words, text }: at.Outlines, event: number): string {
    const said = text(words[event + at.PROPERTIES] ?? 0, words[event + at.PROPERTIES + 1] ?? 0)
    return redact(((words[event + at.FLAGS] ?? 0) & at.IS_AS_WRITTEN) === 0 ? JSON.stringify(JSON.parse(said)) : said)
  }

  return {
    addTo(block, { outlines, sentAt }, facts, place) {
      asked = null
      const { words } = outlines
      const event = place * at.WORDS
      const flags = words[event + at.FLAGS] ?? at.IS_UNUSUAL
      const pageNumber = words[event + at.PAGE] ?? 0
      const restNumber = words[event + at.REST] ?? 0
      if ((flags & at.IS_UNUSUAL) !== 0 || pageNumber === 0 || restNumber === 0) return false
      if (outlines.textsAge !== ages.texts || outlines.restsAge !== ages.rests) forget(outlines)
      const original = (flags & at.HAS_TIME) === 0 ? null : (outlines.times[event / 2 + at.TIME] ?? 0)
      if (original !== null && !isStorable(original)) return false
      const anonymous = oftenAt(outlines, event + at.ANONYMOUS_ID)
      const user = oftenAt(outlines, event + at.USER_ID)
      // Such an id is dropped where the other is better: that depends on both.
      if (anonymous?.isBlocked === true || user?.isBlocked === true) return false
      const sentEnd = words[event + at.SENT_AT + 1] ?? 0
      const ownSentAt = sentEnd === 0 ? null : readSentAt(outlines.plain(words[event + at.SENT_AT] ?? 0, sentEnd))
      if (sentEnd !== 0 && ownSentAt === null) return false
      const propertiesEnd = words[event + at.PROPERTIES + 1] ?? 0
      const page = pages[pageNumber]
      const rest = rests[restNumber]
      if (page === undefined || rest === undefined) {
        const hasOwn = {
          anonymousId: anonymous !== null,
          userId: user !== null,
          sessionId: (words[event + at.SESSION_ID + 1] ?? 0) !== 0,
          properties: propertiesEnd !== 0,
        }
        asked = { page: pageNumber, rest: restNumber, hasOwn }
        return false
      }
      const time = (facts.isHistorical ? historical : inTime)({
        device: deviceOf(anonymous ?? user, facts.source),
        original,
        sentAt: sentEnd !== 0 ? ownSentAt : sentAt === undefined ? null : readSentAt(sentAt),
        receivedAt: facts.receivedAt,
      })
      const own = {
        message_id: outlines.plain(words[event + at.MESSAGE_ID] ?? 0, words[event + at.MESSAGE_ID + 1] ?? 0),
        event: rest.event === '' ? '' : (oftenAt(outlines, event + at.EVENT_NAME)?.text ?? rest.event),
        anonymous_id: anonymous === null ? '' : anonymous.text,
        user_id: user === null ? '' : user.text,
        session_id: oftenAt(outlines, event + at.SESSION_ID)?.text ?? rest.session_id,
        client_seq: (flags & at.HAS_SEQUENCE) === 0 ? rest.client_seq : (words[event + at.SEQUENCE] ?? 0),
        timestamp: time.timestamp,
        original_timestamp: time.original,
        sent_at: time.sentAt,
        received_at: facts.receivedAt,
        clock_offset_ms: time.offset,
        is_bot: rest.is_bot,
        properties: propertiesEnd === 0 ? page.properties : propertiesOf(outlines, event),
      }
      block.addMoulded(own, page, rest)
      return true
    },
    keep(row) {
      if (asked === null) return
      const { page, rest, hasOwn } = asked
      asked = null
      // An id that is no plain text is a part of the rest; whether it was dropped depended on the other.
      if ((row.anonymous_id !== '' && !hasOwn.anonymousId) || (row.user_id !== '' && !hasOwn.userId)) return
      // What a campaign says beyond its columns stands in the context, wherever it was said. The address is asked as it was stored: one of
      // which more is taken out when it is read again may have said what is not to be seen any more.
      const address = row.url === '' ? null : readAddress(row.url)
      if (row.url !== '' && (address?.text !== row.url || address.campaign.more !== undefined)) return
      pages[page] ??= { ...pageWords(row), properties: hasOwn.properties ? '' : row.properties }
      const { event, client_seq, is_bot } = row
      rests[rest] ??= { ...restWords(row), event, client_seq, is_bot, session_id: hasOwn.sessionId ? '' : row.session_id }
    },
  }
}

function deviceOf(id: Often | null, source: string): string {
  if (id === null) return `${source}\0`
  if (id.source !== source || id.device === '') {
    id.source = source
    id.device = `${source}\0${id.text}`
  }
  return id.device
}
