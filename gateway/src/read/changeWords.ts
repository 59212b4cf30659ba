import { verbOf } from '@waymark/schemas/taxonomy'
import type { PartChange } from './changes.ts'
import { label } from './label.ts'
import { signedPoints } from './words.ts'

/** Characters of a name within a sentence. */
const MOST_NAME = 60

/** `Ana viewed pricing 2 more times: +3.1 points`; `…, new: …` for what was not there before. `name` is the person's; null where the part is the account's. */
export function changeText(change: PartChange, name: string | null): string {
  return `${changeWords(change, name)}${change.how === 'came' ? ', new' : ''}: ${signedPoints(change.change)} points`
}

function changeWords({ part, how, newCount }: PartChange, name: string | null): string {
  switch (part.kind) {
    case 'touch':
    case 'negative': {
      const who = name === null ? 'Somebody' : label(name, MOST_NAME)
      const what = `${who} ${verbOf(part.type)}${part.topic === '' ? '' : ` about ${part.topic}`}`
      if (how === 'came') return `${what}${newCount > 1 ? ` ${newCount} times` : ''}`
      if (how === 'grew') return newCount === 0 ? `${what} earlier, which weighs more now` : `${what} ${newCount} more ${times(newCount)}`
      if (how === 'shrank') return `${what} ${newCount} more ${times(newCount)}, but less than before`
      return `${what} and has not since`
    }
    case 'breadth':
      return how === 'came' || how === 'grew' ? 'more people are active at the same time' : 'fewer people are active at the same time'
    case 'surge':
      return how === 'came' || how === 'grew' ? 'more activity than this account usually has' : 'activity is back to what is usual'
    case 'floor':
      return 'a score does not go below zero'
    case 'other':
      return 'other'
  }
}

function times(count: number): string {
  return count === 1 ? 'time' : 'times'
}
