import { BANDS } from '../model/intent/intentBands.ts'
import { ACCOUNT_SORTS, STATUSES } from '../read/accounts.ts'
import { INSTANT, json, type Operation, oneOf, PAGED, type Parameter, TEXT, whole } from './operation.ts'

const ACCOUNT: readonly Parameter[] = [
  {
    name: 'id',
    says: 'Any key of the account: corporate domain, group id or internal id.',
    schema: TEXT,
    isRequired: true,
    example: 'acme.com',
  },
]
const PERSON: readonly Parameter[] = [
  {
    name: 'type',
    says: 'What identifies the person.',
    schema: { enum: ['user_id', 'anonymous_id', 'email'] },
    isRequired: true,
    example: 'user_id',
  },
  { name: 'value', says: 'The identifier.', schema: TEXT, isRequired: true, example: 'u_1' },
]

function reading(path: string, summary: string, answers: Operation['answers'], more: Partial<Operation> = {}): Operation {
  return { method: 'get', path, tag: 'Accounts and people', summary, access: 'read', answers, refusals: [401, 403], ...more }
}

export const READ: readonly Operation[] = [
  reading(
    '/v1/accounts',
    'List accounts',
    { 200: json('AccountList', 'Accounts that match; with `format=csv` all of them as CSV.') },
    {
      query: [
        { name: 'stage', says: 'Stage of the first journey model.', schema: TEXT },
        { name: 'status', says: 'Activity.', schema: oneOf(STATUSES) },
        { name: 'band', says: 'Band of the intent score.', schema: oneOf(BANDS) },
        { name: 'q', says: 'Part of a name or key.', schema: { type: 'string', maxLength: 200 } },
        { name: 'sort', says: 'Order; `-` for descending.', schema: { ...oneOf(ACCOUNT_SORTS), default: '-score' } },
        { name: 'format', says: 'Of the answer.', schema: oneOf(['json', 'csv']) },
        ...PAGED,
      ],
      refusals: [400, 401, 403],
    },
  ),
  reading(
    '/v1/accounts/{id}',
    'An account',
    { 200: json('AccountAnswer', 'The account with its people.') },
    { inPath: ACCOUNT, refusals: [401, 403, 404] },
  ),
  reading(
    '/v1/accounts/{id}/score',
    'Its score, with reasons',
    { 200: json('ScoreAnswer', 'The points of the reasons add up to `points`.') },
    {
      inPath: ACCOUNT,
      query: [{ name: 'at', says: 'Any past day; the last scored one when left out.', schema: INSTANT }],
      refusals: [400, 401, 403, 404],
    },
  ),
  reading(
    '/v1/accounts/{id}/changes',
    'What has changed',
    { 200: json('ChangesAnswer', 'With the reasons for the difference.') },
    {
      inPath: ACCOUNT,
      query: [{ name: 'days', says: 'Before the last scored day.', schema: whole(365, 7) }],
      refusals: [400, 401, 403, 404],
    },
  ),
  reading(
    '/v1/accounts/{id}/journey',
    'Its way through the stages',
    { 200: json('JourneyAnswer', 'Intervals, oldest first.') },
    {
      inPath: ACCOUNT,
      query: [{ name: 'model', says: 'Id of a journey model; the first one when left out.', schema: TEXT, example: 'journey5' }],
      refusals: [400, 401, 403, 404],
    },
  ),
  reading(
    '/v1/accounts/{id}/timeline',
    'Everything its people did',
    { 200: json('TimelineList', 'Newest first.') },
    {
      inPath: ACCOUNT,
      query: PAGED,
      refusals: [400, 401, 403, 404],
    },
  ),
  reading(
    '/v1/profiles/{type}/{value}',
    'A person, by any identifier',
    { 200: json('ProfileAnswer', 'All identifiers of the person.') },
    {
      inPath: PERSON,
      refusals: [401, 403, 404],
    },
  ),
  reading(
    '/v1/profiles/{type}/{value}/merges',
    'How the identifiers were joined',
    { 200: json('MergeList', 'With the evidence.') },
    {
      inPath: PERSON,
      refusals: [401, 403, 404],
    },
  ),
  {
    method: 'post',
    path: '/v1/merges/{id}/undo',
    tag: 'Accounts and people',
    summary: 'Take back a merge of two people',
    says: 'The next run of the jobs divides them.',
    access: 'merge',
    inPath: [{ name: 'id', says: '`mergeId` of the ledger.', schema: TEXT, isRequired: true, example: 'm_1' }],
    answers: { 200: json('MergeUndone', 'The link is cut.') },
    refusals: [401, 403, 404],
  },
]
