import { BANDS } from '../model/intent/intentBands.ts'
import { ACCOUNT_SORTS, STATUSES } from '../read/accounts.ts'
import { INSTANT, json, type Operation, other, PAGED, type Parameter, TEXT, whole } from './operation.ts'

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
const oneOf = (words: readonly string[]) => ({ enum: [...words] })

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

const PLAN: readonly Parameter[] = [{ name: 'id', says: 'Of the plan.', schema: TEXT, isRequired: true, example: 'site' }]

function planned(path: string, summary: string, answers: Operation['answers'], more: Partial<Operation> = {}): Operation {
  return { ...reading(path, summary, answers, more), tag: 'Tracking plans' }
}

export const PLANS: readonly Operation[] = [
  planned('/v1/plans', 'Plans in force', { 200: json('PlanList', 'One entry a plan.') }),
  planned(
    '/v1/plans/{id}',
    'A plan',
    { 200: json('PlanAnswer', 'The plan, and the versions it had.') },
    {
      inPath: PLAN,
      query: [{ name: 'version', says: 'An older one.', schema: { type: 'integer', minimum: 1 } }],
      refusals: [400, 401, 403, 404],
    },
  ),
  planned(
    '/v1/plans/{id}',
    'Put a plan in force',
    { 200: json('PlanPushed', 'In force within five seconds, everywhere.') },
    {
      method: 'put',
      access: 'admin',
      inPath: PLAN,
      body: {
        schema: 'TrackingPlan',
        isRequired: true,
        example: { id: 'site', version: 1, sources: { web: 'observe' }, events: { 'Demo Requested': {} } },
      },
      refusals: [400, 401, 403, 409, 413, 429],
    },
  ),
  planned(
    '/v1/plan/violations',
    'How plans are kept to',
    { 200: json('ViolationList', 'By source, event and fault.') },
    {
      query: [
        { name: 'from', says: 'Seven days before `to` when left out.', schema: INSTANT },
        { name: 'to', says: 'Now when left out.', schema: INSTANT },
        { name: 'source', says: 'One source.', schema: TEXT },
        { name: 'event', says: 'One event.', schema: TEXT },
      ],
      refusals: [400, 401, 403],
    },
  ),
]

function operating(path: string, summary: string, answers: Operation['answers'], more: Partial<Operation> = {}): Operation {
  return { method: 'get', path, tag: 'Operate', summary, access: 'anybody', answers, refusals: [], ...more }
}

const PERIOD: readonly Parameter[] = [
  { name: 'from', says: 'Received from then on; everything when left out.', schema: INSTANT },
  { name: 'to', says: 'And before then.', schema: INSTANT },
]

export const HEALTH: readonly Operation[] = [
  operating('/healthz', 'Whether the process lives', { 200: json('HealthAnswer', 'It does.') }),
  operating(
    '/readyz',
    'Whether it can do its work',
    { 200: json('ReadyAnswer', 'It can.'), 503: json('NotReadyAnswer', 'It cannot, and why.') },
    {
      query: [{ name: 'for', says: 'One of its uses.', schema: oneOf(['ingest', 'read']) }],
    },
  ),
  operating('/openapi.json', 'This description', { 200: other('application/json', 'OpenAPI 3.1.') }),
  operating('/openapi', 'This description, to read', { 200: other('text/html', 'A page.') }),
  operating('/openapi.css', 'How the page looks', { 200: other('text/css', 'A style sheet.') }),
  operating('/waymark.js', 'The browser SDK', { 200: other('text/javascript', 'The script.') }),
]

export const OPERATE: readonly Operation[] = [
  operating(
    '/v1/stats',
    'What became of the events of a period',
    { 200: json('StatsAnswer', 'Counts, in all and by source.') },
    {
      access: 'read',
      query: PERIOD,
      refusals: [400, 401, 403],
    },
  ),
  operating(
    '/v1/rejected',
    'Events that were not stored',
    { 200: json('RejectedList', 'Newest first, with the reason of each.') },
    {
      access: 'read',
      query: [
        { name: 'source', says: 'One source.', schema: TEXT },
        { name: 'code', says: 'One reason.', schema: TEXT },
        { name: 'event', says: 'Name of a track event, type of any other.', schema: TEXT },
        ...PERIOD,
        ...PAGED,
      ],
      refusals: [400, 401, 403],
    },
  ),
  operating(
    '/v1/rejected/replay',
    'Take rejected events in again',
    { 200: json('Replayed', 'What became of them.') },
    {
      says: 'After what was wrong has been mended, a tracking plan for instance. Each is stored once, with the time at which it was received first.',
      method: 'post',
      access: 'import',
      body: { schema: 'ReplayRequest', isRequired: false, example: { source: 'web' } },
      refusals: [400, 401, 403, 429],
    },
  ),
  operating(
    '/v1/jobs/run',
    'Run the jobs now, and wait',
    { 200: json('JobRuns', 'What each job did.') },
    {
      method: 'post',
      access: 'admin',
      body: { schema: 'JobRequest', isRequired: false, example: {} },
      refusals: [400, 401, 403, 409],
    },
  ),
  operating('/metrics', 'Metrics', { 200: other('text/plain', 'In Prometheus’ text format.') }, { access: 'metrics', refusals: [401] }),
]
