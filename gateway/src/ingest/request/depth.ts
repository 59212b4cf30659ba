import { randomInt } from 'node:crypto'

/** Nothing smaller can be deep enough to hurt: 65,536 levels cost 6 MB and 40 ms. */
const HARMLESS_BYTES = 64 * 1024
const SAMPLES = 128
/** Of ordinary events one byte in 80 opens something: seven in 128 is once in a thousand bodies. */
const MANY = 7
/** Nobody outside can know which bytes are looked at. */
const START = randomInt(2 ** 32)

/**
 * Whether a body has so many brackets that it could nest a hundred thousand levels deep. Counting levels takes half as long as parsing; a
 * look at a few bytes spares it to all but the bodies that are made of brackets. One that is not found out by mischance costs a tenth of a second.
 */
export function isMostlyBrackets(json: Uint8Array): boolean {
  const { length } = json
  if (length <= HARMLESS_BYTES) return false
  let random = START
  let found = 0
  for (let sample = 0; sample < SAMPLES; sample++) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    const byte = json[Math.floor((random / 2 ** 32) * length)]
    if (byte === 0x5b || byte === 0x7b) found++
  }
  return found >= MANY
}

/** Whether brackets nest deeper than `most`, without building anything. Text in strings does not count. */
export function deeperThan(most: number, json: Buffer): boolean {
  if (!opensMoreThan(most, json)) return false
  let depth = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (inString) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > most) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return false
}

/** Found natively, at a tenth of what the walk over every byte takes: few bodies have so many brackets at all. */
function opensMoreThan(most: number, json: Buffer): boolean {
  let opened = 0
  for (const bracket of [0x5b, 0x7b])
    for (let at = json.indexOf(bracket); at !== -1; at = json.indexOf(bracket, at + 1)) if (++opened > most) return true
  return false
}
