/** The body that is read, and how far it goes. */
import { INPUT } from './interning'

export const QUOTE: u8 = 0x22
export const COMMA: u8 = 0x2c
export const OPEN_OBJECT: u8 = 0x7b
export const CLOSE_OBJECT: u8 = 0x7d
export const OPEN_LIST: u8 = 0x5b
export const CLOSE_LIST: u8 = 0x5d

let bodyEnd: usize = 0

/** The body stands at `INPUT`. */
export function setBody(length: i32): void {
  bodyEnd = INPUT + <usize>length
}

export function endOfBody(): usize {
  return bodyEnd
}

/** 0 behind the end. */
export function byteAt(at: usize): u8 {
  return at < bodyEnd ? load<u8>(at) : 0
}
