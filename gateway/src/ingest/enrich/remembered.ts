import { LIMITS } from '@waymark/schemas/limits'

/**
 * A function of a text that remembers its last answers, between half of `capacity` and all of it. Two generations instead of a list
 * by age: a hit changes nothing, and what is hit is carried over when the older generation goes.
 * Texts longer than `maxChars` are not remembered: what strangers send must not decide how much memory is held.
 */
export function remembered<T>(
  answer: (text: string) => T,
  capacity: number,
  maxChars: number = LIMITS.userAgentChars,
): (text: string) => T {
  let young = new Map<string, T>()
  let old = new Map<string, T>()

  function keep(text: string, value: T): T {
    if (young.size >= capacity / 2) {
      old = young
      young = new Map()
    }
    young.set(text, value)
    return value
  }

  return text => {
    const known = young.get(text)
    if (known !== undefined) return known
    if (text.length > maxChars) return answer(text)
    const older = old.get(text)
    return keep(text, older === undefined ? answer(text) : older)
  }
}
