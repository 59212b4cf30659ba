/** Numbers and times, as JavaScript writes them. */

/** A whole number of at most so many digits. */
export function isWhole(from: usize, to: usize, most: usize): bool {
  const digits = to - from
  if (digits === 0 || digits > most || (digits > 1 && load<u8>(from) === 0x30)) return false
  for (let at = from; at < to; at++) if (!isDigit(load<u8>(at))) return false
  return true
}

export function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39
}

/** Of digits, nine at most. */
export function numberOf(from: usize, to: usize): i32 {
  let number: i32 = 0
  for (let at = from; at < to; at++) number = number * 10 + <i32>(load<u8>(at) - 0x30)
  return number
}

/** Epoch milliseconds of the 24 bytes of `2026-03-01T09:05:00.000Z`, from 1970 on; NaN for everything else. */
export function timeOf(at: usize): f64 {
  const isWritten =
    load<u8>(at + 4) === 0x2d &&
    load<u8>(at + 7) === 0x2d &&
    load<u8>(at + 10) === 0x54 &&
    load<u8>(at + 13) === 0x3a &&
    load<u8>(at + 16) === 0x3a &&
    load<u8>(at + 19) === 0x2e &&
    load<u8>(at + 23) === 0x5a
  if (!isWritten) return NaN
  const areDigits =
    isWholeOf(at, 4) &&
    isWholeOf(at + 5, 2) &&
    isWholeOf(at + 8, 2) &&
    isWholeOf(at + 11, 2) &&
    isWholeOf(at + 14, 2) &&
    isWholeOf(at + 17, 2) &&
    isWholeOf(at + 20, 3)
  if (!areDigits) return NaN
  const year = numberOf(at, at + 4)
  const month = numberOf(at + 5, at + 7)
  const day = numberOf(at + 8, at + 10)
  const hour = numberOf(at + 11, at + 13)
  const minute = numberOf(at + 14, at + 16)
  const second = numberOf(at + 17, at + 19)
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59) return NaN
  const seconds = hour * 3600 + minute * 60 + second
  return (<f64>daysTo(year, month, day) * 86400.0 + <f64>seconds) * 1000.0 + <f64>numberOf(at + 20, at + 23)
}

function isWholeOf(from: usize, digits: usize): bool {
  for (let at = from; at < from + digits; at++) if (!isDigit(load<u8>(at))) return false
  return true
}

function daysOf(year: i32, month: i32): i32 {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  // April, June, September and November.
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 in the Gregorian calendar. A year is counted from March, so that the leap day is its last. */
function daysTo(year: i32, month: i32, day: i32): i32 {
  const isEarly = month <= 2
  const years = isEarly ? year - 1 : year
  const months = isEarly ? month + 9 : month - 3
  const inYear = (153 * months + 2) / 5 + day - 1
  return years * 365 + years / 4 - years / 100 + years / 400 + inYear - 719468
}
