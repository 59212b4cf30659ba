/** The operations as an OpenAPI 3.1 document. Pure. */
import answers from '@waymark/schemas/wire/answer.schema.json' with { type: 'json' }
import events from '@waymark/schemas/wire/event.schema.json' with { type: 'json' }
import type { Access, Answer, Operation, Parameter } from './operation.ts'

export interface Document {
  readonly openapi: '3.1.0'
  readonly info: object
  readonly tags: readonly { readonly name: string }[]
  readonly paths: { readonly [path: string]: { readonly [method: string]: object } }
  readonly components: { readonly schemas: { readonly [name: string]: object }; readonly securitySchemes: object }
}

export function documentOf(operations: readonly Operation[], version: string): Document {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    paths[operation.path] ??= {}
    Object.assign(paths[operation.path] ?? {}, { [operation.method]: described(operation) })
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waymark gateway',
      version,
      summary: 'Takes events of SDKs, and answers what is known of accounts and people.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(operations.map(({ tag }) => tag))].map(name => ({ name })),
    paths,
    components: { schemas: SCHEMAS, securitySchemes: SECURITY },
  }
}

function described({
  method,
  path,
  tag,
  summary,
  says,
  access,
  inPath = [],
  query = [],
  headers = [],
  body,
  answers: good,
  refusals,
}: Operation) {
  const places = { path: inPath, query, header: headers } as const
  const parameters = (['path', 'query', 'header'] as const).flatMap(place => places[place].map(one => parameter(one, place)))
  return {
    operationId: `${method}${path.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase())}${path.endsWith('/') ? 'Slash' : ''}`,
    tags: [tag],
    summary,
    ...(says === undefined ? {} : { description: says }),
    security: SECURITY_OF[access],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.isRequired,
            content: {
              [body.type ?? 'application/json']: { schema: ref(body.schema), example: body.example },
              ...(body.asText === true ? { 'text/plain': textOf(body) } : {}),
            },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(good).map(([status, answer]) => [status, response(answer)])),
      ...Object.fromEntries(
        [...refusals, ...(NEEDS_WAREHOUSE.has(access) ? [503] : [])].map(status => [
          status,
          response({ ...ERRORS, says: REFUSED[status] ?? 'Refused.' }),
        ]),
      ),
    },
  }
}

function parameter({ name, says, schema, isRequired = false, example }: Parameter, place: 'path' | 'query' | 'header') {
  return { name, in: place, description: says, required: isRequired, schema, ...(example === undefined ? {} : { example }) }
}

/** JSON by another name. */
function textOf({ schema, example }: { readonly schema: string; readonly example: unknown }) {
  return { schema: { type: 'string', contentMediaType: 'application/json', contentSchema: ref(schema) }, example: JSON.stringify(example) }
}

function response({ says, type, schema }: Answer) {
  return { description: says, content: { [type]: { schema: schema === '' ? {} : ref(schema) } } }
}

function ref(name: string) {
  return { $ref: `#/components/schemas/${name}` }
}

const NEEDS_WAREHOUSE: ReadonlySet<Access> = new Set(['read', 'admin', 'merge'])

const ERRORS: Answer = { says: '', type: 'application/json', schema: 'ErrorAnswer' }

const REFUSED: { readonly [status: number]: string } = {
  400: 'Something in the request cannot be read.',
  401: 'No key that is known here.',
  403: 'The key may not do this, or a page may not send it.',
  404: 'There is no such thing.',
  405: 'Another method is wanted.',
  409: 'Something else is in the way.',
  413: 'Too large.',
  415: 'Compressed in a way that is not known here.',
  429: 'Not now: `Retry-After` says in how many seconds.',
  503: 'The warehouse is away or busy; ask again after `Retry-After` seconds.',
}

const SECURITY = {
  writeKey: { type: 'http', scheme: 'basic', description: 'A write key as the user name, no password.' },
  writeKeyHeader: { type: 'apiKey', in: 'header', name: 'X-Write-Key', description: 'A write key.' },
  writeKeyQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'writeKey',
    description: 'A write key, where neither header nor body can hold it: pixels, beacons.',
  },
  secretKey: { type: 'http', scheme: 'bearer', description: 'A secret key; never from a web page.' },
} as const

const SECRET = [{ secretKey: [] }]
// The last: in the body, which a scheme cannot say.
const WRITE = [{ writeKey: [] }, { writeKeyHeader: [] }, { writeKeyQuery: [] }, {}]
const SECURITY_OF: { readonly [access in Access]: readonly object[] } = {
  anybody: [],
  'write key': WRITE,
  read: SECRET,
  admin: SECRET,
  merge: SECRET,
  import: [{ secretKey: [] }, ...WRITE],
  metrics: [{ secretKey: [] }, {}],
}

// Made of what validates events and of the types of the answers; these are requests, which no other schema describes.
const REQUESTS = {
  Batch: {
    type: 'object',
    required: ['batch'],
    description: '`context` and `integrations` are defaults for every event.',
    properties: {
      batch: { type: 'array', items: { $ref: '#/definitions/Event' }, maxItems: 2500 },
      writeKey: { type: 'string' },
      sentAt: { $ref: '#/definitions/Timestamp' },
      context: { $ref: '#/definitions/Context' },
      integrations: { $ref: '#/definitions/Json' },
      source: { type: 'string', description: 'Only of imports with a secret key.' },
    },
  },
  ReplayRequest: {
    type: 'object',
    description: 'Which of the rejected events; all of them without a word.',
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(['source', 'code', 'event', 'from', 'to', 'cursor'].map(name => [name, { type: 'string' }])),
      ids: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 1000, description: '`id` of GET /v1/rejected.' },
      limit: { type: 'integer', minimum: 1, maximum: 2000 },
    },
  },
  JobRequest: {
    type: 'object',
    properties: { jobs: { type: 'array', items: { type: 'string' } }, at: { type: 'string', description: 'ISO 8601.' } },
  },
}

const SCHEMAS = JSON.parse(
  JSON.stringify({ ...events.definitions, ...answers.definitions, ...REQUESTS }).replaceAll('"#/definitions/', '"#/components/schemas/'),
) as { readonly [name: string]: object }
