/** Bytes that an event shares with others: those that tell of its page, and all the rest. */
import { internOften } from './interning'
import { flag, IS_UNUSUAL, PAGE, REST, set } from './record'

const MOST_GATHERED: usize = 65536
/** Bytes are copied sixteen at a time. */
const REST_BYTES: usize = memory.data(65536 + 16, 16)
const PAGE_BYTES: usize = memory.data(65536 + 16, 16)

let restEnd: usize = 0
let pageEnd: usize = 0

/** Of an event; before its bytes stand four that tell on what else its columns depend. */
export function beginGathering(): void {
  restEnd = REST_BYTES + 4
  pageEnd = PAGE_BYTES + 4
}

function gathered(end: usize, begin: usize, from: usize, to: usize): usize {
  const length = to - from
  if (end + length > begin + MOST_GATHERED) {
    flag(IS_UNUSUAL)
    return end
  }
  for (let done: usize = 0; done < length; done += 16) v128.store(end + done, v128.load(from + done))
  return end + length
}

/** These bytes tell of anything but the page. */
export function rest(from: usize, to: usize): void {
  restEnd = gathered(restEnd, REST_BYTES, from, to)
}

/** These bytes tell of the page. */
export function ofPage(from: usize, to: usize): void {
  pageEnd = gathered(pageEnd, PAGE_BYTES, from, to)
}

/** `facts` numbers on what else the rest depends; of those the page depends on the type alone, where the event says none. */
export function endGathering(facts: i32, hasType: bool): void {
  store<i32>(REST_BYTES, facts)
  store<i32>(PAGE_BYTES, hasType ? 0 : facts)
  set(REST, internOften(REST_BYTES, restEnd - REST_BYTES))
  set(PAGE, internOften(PAGE_BYTES, pageEnd - PAGE_BYTES))
}
