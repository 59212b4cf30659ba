/** Reads a pattern into a tree. What ECMAScript reads with the `u` flag means the same here; the rest is refused by name. Pure. */

export type Node =
  | { readonly kind: 'set'; readonly has: Has }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }

type Has = (codePoint: number) => boolean

const MOST_REPEATS = 500
const MOST_DEPTH = 30
const isDigit: Has = c => c >= 0x30 && c <= 0x39
const isWord: Has = c => isDigit(c) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f
const isSpace: Has = c => /\s/.test(String.fromCodePoint(c))
const isLineEnd: Has = c => c === 0x0a || c === 0x0d || c === 0x2028 || c === 0x2029
const not =
  (has: Has): Has =>
  c =>
    !has(c)
const CLASSES: { readonly [letter: string]: Has } = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
}
const CONTROLS: { readonly [letter: string]: number } = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, '0': 0 }
/** As ECMAScript's, by one character at a time: nothing to backtrack. */
const PROPERTY = /^p\{(?:L|Lu|Ll|Lt|N|Nd|P|S|Z|Zs|M|Letter|Number|Punctuation|Alphabetic|White_Space|Emoji|Script=\w{1,30})\}$/

export function parsePattern(source: string): Node {
  const chars = [...source]
  let at = 0
  const fail = (what: string): never => {
    throw new SyntaxError(`${what}, at character ${at + 1} of the pattern`)
  }

  function choice(depth: number): Node {
    if (depth > MOST_DEPTH) fail('groups are nested too deep')
    const options = [sequence(depth)]
    while (chars[at] === '|') {
      at++
      options.push(sequence(depth))
    }
    const [only] = options
    return only !== undefined && options.length === 1 ? only : { kind: 'choice', options }
  }

  function sequence(depth: number): Node {
    const parts: Node[] = []
    while (at < chars.length && chars[at] !== '|' && chars[at] !== ')') parts.push(repeated(depth))
    return { kind: 'sequence', parts }
  }

  function repeated(depth: number): Node {
    const part = atom(depth)
    const [least, most] = quantifier()
    if (least === 1 && most === 1) return part
    if (part.kind === 'start' || part.kind === 'end') return fail('^ and $ cannot be repeated')
    return { kind: 'repeat', part, least, most }
  }

  function quantifier(): [least: number, most: number] {
    const symbol = chars[at]
    let found: [number, number] = [1, 1]
    if (symbol === '*') found = [0, Number.POSITIVE_INFINITY]
    else if (symbol === '+') found = [1, Number.POSITIVE_INFINITY]
    else if (symbol === '?') found = [0, 1]
    else if (symbol === '{') {
      const [whole, least = '', comma, most = ''] = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(chars.slice(at, at + 22).join('')) ?? []
      if (whole === undefined) return fail('{ must be written \\{ or begin a number of repetitions such as {2,5}')
      found = [Number(least), comma === undefined ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most)]
      if (found[1] < found[0]) fail('the repetitions end before they begin')
      if (found[0] > MOST_REPEATS || (found[1] > MOST_REPEATS && most !== '')) fail(`more than ${MOST_REPEATS} repetitions`)
      at += whole.length - 1
    } else return found
    at++
    // Lazy or greedy makes no difference to whether something matches.
    if (chars[at] === '?') at++
    return found
  }

  function atom(depth: number): Node {
    const char = chars[at++] ?? ''
    if (char === '^') return { kind: 'start' }
    if (char === '$') return { kind: 'end' }
    if (char === '.') return { kind: 'set', has: not(isLineEnd) }
    if (char === '[') return { kind: 'set', has: characterClass() }
    if (char === '\\') return { kind: 'set', has: hasOf(escaped(false)) }
    if (char === '(') return group(depth)
    if ('*+?{}])'.includes(char)) {
      at--
      return fail(`${char} stands where it means nothing; write \\${char} for the character itself`)
    }
    return { kind: 'set', has: hasOf(char.codePointAt(0) ?? 0) }
  }

  function group(depth: number): Node {
    if (chars[at] === '?') {
      const after = chars.slice(at + 1, at + 3).join('')
      if (/^(?:=|!|<=|<!)/.test(after)) fail('look-around is not possible: patterns are matched without backtracking')
      const name = /^<[A-Za-z_$][\w$]{0,50}>/.exec(chars.slice(at + 1, at + 60).join(''))?.[0]
      if (name !== undefined) at += 1 + name.length
      else if (after.startsWith(':')) at += 2
      else fail('this kind of group is not known')
    }
    const inside = choice(depth + 1)
    if (chars[at] !== ')') fail('a group is not closed')
    at++
    return inside
  }

  function escaped(inClass: boolean): number | Has {
    const char = chars[at++] ?? fail('\\ stands at the end')
    const known = CLASSES[char]
    if (known !== undefined) return known
    if (char === 'b' && inClass) return 0x08
    if (char === 'b' || char === 'B') return fail('\\b is not possible; name the characters that may stand around instead')
    if (/[1-9k]/.test(char)) return fail('back references are not possible: patterns are matched without backtracking')
    const control = CONTROLS[char]
    if (control !== undefined) return control
    if (char === 'p' || char === 'P') return property(char)
    const [whole, short, long] =
      (char === 'x' ? /^()([0-9A-Fa-f]{2})/ : char === 'u' ? /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))/ : /^(?!)/).exec(
        chars.slice(at, at + 8).join(''),
      ) ?? []
    if (whole !== undefined) {
      at += whole.length
      const codePoint = Number.parseInt(short || long || '', 16)
      return codePoint <= 0x10ffff ? codePoint : fail('there is no such character')
    }
    if (/[\^$\\.*+?()[\]{}|/]/.test(char) || (inClass && char === '-')) return char.codePointAt(0) ?? 0
    return fail(`\\${char} is not known`)
  }

  function property(letter: string): Has {
    const end = chars.indexOf('}', at)
    const name = `p${chars.slice(at, end + 1).join('')}`
    if (end < 0 || !PROPERTY.test(name)) fail('this \\p{…} is not known')
    at = end + 1
    let one: RegExp
    try {
      one = new RegExp(`^\\${name}$`, 'u')
    } catch {
      return fail('this \\p{…} is not known')
    }
    const has: Has = c => one.test(String.fromCodePoint(c))
    return letter === 'p' ? has : not(has)
  }

  function characterClass(): Has {
    const isNegated = chars[at] === '^'
    if (isNegated) at++
    const parts: Has[] = []
    while (chars[at] !== ']') {
      if (at >= chars.length) fail('[ is not closed')
      const from = classAtom()
      if (chars[at] !== '-' || chars[at + 1] === ']') {
        parts.push(hasOf(from))
        continue
      }
      at++
      const to = classAtom()
      if (typeof from !== 'number' || typeof to !== 'number') return fail('a range needs a character at each end')
      if (to < from) fail('a range ends before it begins')
      parts.push(c => c >= from && c <= to)
    }
    at++
    const has: Has = c => parts.some(part => part(c))
    return isNegated ? not(has) : has
  }

  function classAtom(): number | Has {
    const char = chars[at++] ?? fail('[ is not closed')
    return char === '\\' ? escaped(true) : (char.codePointAt(0) ?? 0)
  }

  const tree = choice(0)
  if (at < chars.length) fail(') closes no group')
  return tree
}

function hasOf(one: number | Has): Has {
  return typeof one === 'number' ? c => c === one : one
}
