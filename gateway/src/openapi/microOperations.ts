import { BAD_FILTERS, GOOD_FILTERS, VIOLATION_FILTERS } from '../micro/microRoutes.ts'
import { json, type Operation, TEXT, whole } from './operation.ts'

const listed = (filters: object) => [
  ...Object.keys(filters).map(name => ({ name, says: 'Exactly this.', schema: TEXT })),
  { name: 'limit', says: 'The newest so many of those that match.', schema: whole(1000, 100) },
  { name: 'least', says: 'Wait until so many match …', schema: whole(100_000, 1) },
  { name: 'within', says: '… for so many milliseconds at most.', schema: whole(30_000, 2_000) },
]

function micro(path: string, summary: string, answers: Operation['answers'], more: Partial<Operation> = {}): Operation {
  return { method: 'get', path, tag: 'Micro mode', summary, access: 'anybody', answers, refusals: [], ...more }
}

/** Only of `waymark micro`. */
export const MICRO: readonly Operation[] = [
  micro('/micro/all', 'Counts', { 200: json('MicroTotals', 'Since the start or the last reset.') }),
  micro(
    '/micro/good',
    'Events as they would be stored',
    { 200: json('MicroGood', 'Oldest first.') },
    { query: listed(GOOD_FILTERS), refusals: [400] },
  ),
  micro(
    '/micro/bad',
    'Events and requests that were not taken',
    { 200: json('MicroBad', 'Oldest first, with the reasons.') },
    {
      query: listed(BAD_FILTERS),
      refusals: [400],
    },
  ),
  micro(
    '/micro/violations',
    'Rules of tracking plans that events broke',
    { 200: json('MicroViolations', 'Oldest first, whatever became of the events.') },
    { says: 'Of the plans that `waymark micro --plan` was started with.', query: listed(VIOLATION_FILTERS), refusals: [400] },
  ),
  micro('/micro/reset', 'Forget everything', { 200: json('MicroTotals', 'All zero.') }, { method: 'post' }),
]
