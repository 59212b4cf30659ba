/** Parameters whose `=` is encoded, so that they stand in a path or in a value: `/p/%3Ftoken%3D…`. Pure. */

/** `=`, also where an address stands in an address in an address. */
const EQUALS = /%(?:25){0,3}3d/gi
const SEPARATORS = /%(?:25){0,3}(2[36]|3[bf])/gi
/** From the separator before a name to its end. */
const NAME = /[?&#;]([\w.%[\]$+-]{1,80})$/
/** A value ends where its address does, and at a separator, encoded or not. */
const END = /[\s?&#;/"\\<>]|%(?:25){0,3}(?:2[36]|3[bf])/gi
const MOST_BEFORE = 120
const MOST_LOOKED_AT = 1024

export function withoutEncodedParameters(text: string, isTaken: (name: string, value: string) => boolean, instead: string): string {
  // Looks of a native search: most texts have none.
  if (!text.includes('%') || !(text.includes('3D') || text.includes('3d'))) return text
  let clean = ''
  let from = 0
  for (const { 0: equals, index } of text.matchAll(EQUALS)) {
    if (index < from) continue
    const before = text.slice(Math.max(from, index - MOST_BEFORE), index)
    const read = before.replace(SEPARATORS, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    const name = NAME.exec(read)?.[1]
    if (name === undefined) continue
    const start = index + equals.length
    const value = text.slice(start, start + MOST_LOOKED_AT)
    const known = endIn(value, 0)
    if (known === 0 || !isTaken(name, value.slice(0, known))) continue
    const end = known < value.length ? start + known : endIn(text, start)
    clean += text.slice(from, start) + instead
    from = end
  }
  return from === 0 ? text : clean + text.slice(from)
}

function endIn(text: string, start: number): number {
  END.lastIndex = start
  return END.exec(text)?.index ?? text.length
}
