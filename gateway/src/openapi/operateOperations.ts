import { INSTANT, json, type Operation, oneOf, other, PAGED, type Parameter, TEXT } from './operation.ts'

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
