/**
 * Patterns of a tracking plan, matched in time proportional to text × pattern whatever either says: a set of states walks along the text and
 * nothing is ever tried twice (Thompson 1968). V8's own engine backtracks, and `(a+)+$` on 40 characters would stop the gateway. The language is
 * the part of ECMAScript's, with the `u` flag, that this can be done for: no back references, no look-around. Pure.
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
  return { test: text => text.length <= PLAN_LIMITS.patternTextChars && walk(states, start, text) }
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

function walk(states: readonly State[], start: number, text: string): boolean {
  // A state is in a set once: `mark` tells for which character it was put there last.
  const mark = new Int32Array(states.length).fill(-1)
  let active: number[] = []
  let isMatch = false

  function enter(first: number, at: number, list: number[]): void {
    const open = [first]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const state = states[index]
      if (state === undefined || mark[index] === at) continue
      mark[index] = at
      if (state.kind === 'match') isMatch = true
      else if (state.kind === 'set') list.push(index)
      else if (state.kind === 'split') open.push(state.other, state.next)
      else if (state.kind === 'start' ? at === 0 : at === text.length) open.push(state.next)
    }
  }

  enter(start, 0, active)
  for (let at = 0; at < text.length && !isMatch; ) {
    const codePoint = text.codePointAt(at) ?? 0
    const after = at + (codePoint > 0xffff ? 2 : 1)
    const following: number[] = []
    for (const index of active) {
      const state = states[index]
      if (state?.kind === 'set' && state.has(codePoint)) enter(state.next, after, following)
    }
    // A pattern without ^ may begin anywhere.
    enter(start, after, following)
    active = following
    at = after
  }
  return isMatch
}
