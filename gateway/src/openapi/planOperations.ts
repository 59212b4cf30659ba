import { INSTANT, json, type Operation, type Parameter, TEXT } from './operation.ts'

const PLAN: readonly Parameter[] = [{ name: 'id', says: 'Of the plan.', schema: TEXT, isRequired: true, example: 'site' }]

function planned(path: string, summary: string, answers: Operation['answers'], more: Partial<Operation> = {}): Operation {
  return { method: 'get', path, tag: 'Tracking plans', summary, access: 'read', answers, refusals: [401, 403], ...more }
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
