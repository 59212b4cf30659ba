/**
 * Patterns of a tracking plan, matched in time proportional to text × pattern whatever either says: a set of states walks along the text and
 * nothing is ever tried twice (Thompson 1968), and where a character leads from a set is remembered. V8's own engine backtracks, and `(a+)+$`
 * on 40 characters would stop the gateway. The language is the part of ECMAScript's, with the `u` flag, that this can be done for: no back
 * references, no look-around. Pure.
 */
import { PLAN_LIMITS } from '@waymark/schemas/plan'
import { type Node, parsePattern } from './patternSyntax.ts'

/** Where a state goes next. `set` reads a character, the others read nothing. */
type State =
  | { readonly kind: 'set'; readonly has: (codePoint: number) => boolean; readonly next: number }
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' }

export interface Pattern {
  /** Whether the pattern occurs in the text; false for a text longer than is looked at. */
  test(text: string): boolean
}

const MOST_STATES = 1000
const TOO_LARGE = () => new SyntaxError('the pattern is too large once its repetitions are written out')

/** Throws a `SyntaxError` that says what cannot be read, or is not possible here. */
export function compilePattern(source: string): Pattern {
  if (source.length > PLAN_LIMITS.patternChars)
    throw new SyntaxError(`the pattern has ${source.length} characters; ${PLAN_LIMITS.patternChars} are allowed`)
  const states: State[] = []
  const start = emitter(states)(parsePattern(source), add(states, { kind: 'match' }))
  const walk = walker(states, start)
  return { test: text => text.length <= PLAN_LIMITS.patternTextChars && walk(text) }
}

function add(states: State[], state: State): number {
  if (states.length >= MOST_STATES) throw TOO_LARGE()
  return states.push(state) - 1
}

/** Builds backwards: each part is given where to go on. */
function emitter(states: State[]): (node: Node, next: number) => number {
  // Parts that match nothing make no states, however often they are repeated.
  let effort = 0

  function emit(node: Node, next: number): number {
    if (++effort > MOST_STATES * 10) throw TOO_LARGE()
    switch (node.kind) {
      case 'set':
        return add(states, { kind: 'set', has: node.has, next })
      case 'start':
      case 'end':
        return add(states, { kind: node.kind, next })
      case 'sequence':
        return node.parts.reduceRight((after, part) => emit(part, after), next)
      case 'choice':
        return node.options
          .map(option => emit(option, next))
          .reduceRight((other, first) => add(states, { kind: 'split', next: first, other }))
      case 'repeat':
        return repeat(node, next)
    }
  }

  function repeat({ part, least, most }: Extract<Node, { kind: 'repeat' }>, next: number): number {
    let after = next
    if (most === Number.POSITIVE_INFINITY) {
      const loop: State = { kind: 'split', next: 0, other: next }
      after = add(states, loop)
      loop.next = emit(part, after)
    } else {
      for (let extra = least; extra < most; extra++) after = add(states, { kind: 'split', next: emit(part, after), other: next })
    }
    for (let times = 0; times < least; times++) after = emit(part, after)
    return after
  }

  return emit
}

/** A set of states that was met, and where characters lead from it. */
interface Place {
  readonly sets: readonly SetState[]
  readonly isMatch: boolean
  /** Where the text ends here. */
  readonly isMatchAtEnd: boolean
  /** By the sort of the character, see `sortOf`. */
  readonly next: Map<string, Place>
}

type SetState = Extract<State, { kind: 'set' }>

/** What one pattern may remember, and about what a place and a character that leads from it take of that. */
const MOST_BYTES = 1_000_000
const PLACE_BYTES = 300
const NEXT_BYTES = 60
const MOST_TESTS = 16

function walker(states: readonly State[], start: number): (text: string) => boolean {
  const places = new Map<string, Place>()
  const first = placeAt(states, [start], true)
  // Repetitions share the tests of what they repeat.
  const tests = [...new Set(states.flatMap(state => (state.kind === 'set' ? [state.has] : [])))]
  const sorts = new Map<number, string>()
  let bytes = 0

  function forget(): void {
    places.clear()
    sorts.clear()
    first.next.clear()
    bytes = 0
  }

  /** Characters that pass the same tests lead to the same places, and most alphabets are of one sort; with many tests, each is its own. */
  function sortOf(codePoint: number): string {
    if (tests.length > MOST_TESTS) return String.fromCodePoint(codePoint)
    const known = sorts.get(codePoint)
    if (known !== undefined) return known
    const sort = tests.map(has => (has(codePoint) ? '1' : '0')).join('')
    if (bytes > MOST_BYTES) return sort
    sorts.set(codePoint, sort)
    bytes += NEXT_BYTES
    return sort
  }

  function remember(from: Place, sort: string, entries: readonly number[]): Place {
    const key = entries.toSorted((a, b) => a - b).join()
    let place = places.get(key)
    if (place === undefined) {
      place = placeAt(states, entries, false)
      places.set(key, place)
      bytes += PLACE_BYTES + 2 * key.length + 8 * place.sets.length
    }
    from.next.set(sort, place)
    bytes += NEXT_BYTES
    return place
  }

  return text => {
    let place = first
    let hasForgotten = false
    for (let at = 0; at < text.length && !place.isMatch; ) {
      const codePoint = text.codePointAt(at) ?? 0
      at += codePoint > 0xffff ? 2 : 1
      const sort = sortOf(codePoint)
      const known = place.next.get(sort)
      if (known !== undefined) {
        place = known
        continue
      }
      if (bytes > MOST_BYTES && !hasForgotten) {
        forget()
        hasForgotten = true
      }
      // A text that leads to ever new places is walked without remembering: that would only cost.
      const entries = entered(place, codePoint, start)
      place = bytes > MOST_BYTES ? placeAt(states, entries, false) : remember(place, sort, entries)
    }
    return place.isMatch || place.isMatchAtEnd
  }
}

/** A pattern without ^ may begin anywhere, so its start is always among them. */
function entered(place: Place, codePoint: number, start: number): number[] {
  const entries = [start]
  for (const { has, next } of place.sets) if (has(codePoint)) entries.push(next)
  return entries
}

function placeAt(states: readonly State[], entries: readonly number[], isStart: boolean): Place {
  const here = closure(states, entries, { isStart, isEnd: false })
  const isMatchAtEnd = here.isMatch || (here.ends.length > 0 && closure(states, here.ends, { isStart, isEnd: true }).isMatch)
  return { sets: here.sets, isMatch: here.isMatch, isMatchAtEnd, next: new Map() }
}

/** All that is reached from the entries without reading a character; `ends` are those that only the end of the text opens. */
function closure(states: readonly State[], entries: readonly number[], { isStart, isEnd }: { isStart: boolean; isEnd: boolean }) {
  const seen = new Uint8Array(states.length)
  const open = [...entries]
  const sets: SetState[] = []
  const ends: number[] = []
  let isMatch = false
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const state = states[index]
    if (state === undefined || seen[index] === 1) continue
    seen[index] = 1
    if (state.kind === 'match') isMatch = true
    else if (state.kind === 'set') sets.push(state)
    else if (state.kind === 'split') open.push(state.other, state.next)
    else if (state.kind === 'end' && !isEnd) ends.push(state.next)
    else if (state.kind === 'end' || isStart) open.push(state.next)
  }
  return { sets, ends, isMatch }
}
