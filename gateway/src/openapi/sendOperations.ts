import { EVENT_TYPES, type EventType } from '@waymark/schemas/event'
import { json, type Operation, other, type Parameter, TEXT } from './operation.ts'

const SAYS = `The write key goes in one of: Basic authentication as the user name, \`X-Write-Key\`, \`writeKey\` in the body, \`?writeKey=\` in the address. The body is JSON by its content,
whatever its Content-Type says, also compressed with gzip, deflate, br or zstd: 1 MiB as it travels, 5 MiB inflated, 2,500 events, 64 KiB an event.
\`200\` means that every event is durable in one of four ways; a bad one is named in \`rejected\` and keeps none of its neighbours. \`429\` brings Retry-After in seconds: keep the events and send them again.`

const REFUSALS = [400, 401, 403, 405, 413, 415, 429]
const WRITE_KEY: Parameter = { name: 'writeKey', says: 'Where neither header nor body can hold it.', schema: TEXT }

const ENCODING: Parameter = {
  name: 'Content-Encoding',
  says: 'How the body is compressed, once; read from its first bytes where they tell.',
  schema: { type: 'string', enum: ['gzip', 'deflate', 'br', 'zstd'] },
}

const EVENTS: { readonly [type in EventType]: { readonly schema: string; readonly short: string; readonly example: object } } = {
  track: { schema: 'TrackEvent', short: 't', example: { event: 'Demo Requested', userId: 'u_1', properties: { plan: 'team' } } },
  page: { schema: 'PageEvent', short: 'p', example: { anonymousId: 'a_1', context: { page: { url: 'https://www.acme.com/pricing' } } } },
  screen: { schema: 'ScreenEvent', short: 's', example: { anonymousId: 'a_1', name: 'Home' } },
  identify: { schema: 'IdentifyEvent', short: 'i', example: { userId: 'u_1', anonymousId: 'a_1', traits: { email: 'ana@acme.com' } } },
  group: {
    schema: 'GroupEvent',
    short: 'g',
    example: { userId: 'u_1', groupId: 'acme', traits: { name: 'Acme', website: 'https://acme.com' } },
  },
  alias: { schema: 'AliasEvent', short: 'a', example: { userId: 'u_1', previousId: 'a_1' } },
}

function sending(path: string, schema: string, summary: string, example: object): Operation {
  return {
    method: 'post',
    path,
    tag: 'Send events',
    summary,
    says: SAYS,
    access: 'write key',
    query: [WRITE_KEY],
    headers: [ENCODING],
    body: { schema, isRequired: true, asText: true, example },
    answers: { 200: json('IngestAnswer', 'Everything is durable; what was rejected is named.') },
    refusals: REFUSALS,
  }
}

const BATCH = { batch: [{ type: 'track', ...EVENTS.track.example }] }

export const SEND: readonly Operation[] = [
  sending('/v1/batch', 'Batch', 'Send events', BATCH),
  sending('/v1/b', 'Batch', 'Send events, as analytics-next does', BATCH),
  sending('/beacon/v1/batch', 'Batch', 'Send events, as RudderStack’s beacons do', BATCH),
  ...EVENT_TYPES.map(type => sending(`/v1/${type}`, EVENTS[type].schema, `Send one ${type} event`, EVENTS[type].example)),
  ...EVENT_TYPES.map(type =>
    sending(`/v1/${EVENTS[type].short}`, EVENTS[type].schema, `Send one ${type} event, as analytics-next does`, EVENTS[type].example),
  ),
  sending('/v1/merge', 'Json', 'RudderStack’s merge, kept as a rejected event: it joins nobody', { type: 'merge', userId: 'u_1' }),
  {
    ...sending('/v1/import', 'Batch', 'Send history', { source: 'crm', ...BATCH }),
    says: `As /v1/batch, with times as they are given: they are not corrected. With a secret key of scope import the body names its \`source\`. ${SAYS}`,
    access: 'import',
  },
]

const DATA: Parameter = {
  name: 'data',
  says: 'The event, JSON in base64 or base64url.',
  schema: TEXT,
  example: 'eyJ1c2VySWQiOiJ1XzEiLCJldmVudCI6IkVtYWlsIE9wZW5lZCJ9',
}

function pixel(path: string, type: string): Operation {
  return {
    method: 'get',
    path,
    tag: 'Send events',
    summary: `Send one ${type} event by an image`,
    says: 'The answer is always the image: a broken one would be seen. The event may also stand in the query, `context.page.url=…` for what is nested. What was not taken is listed with the rejected events.',
    access: 'write key',
    query: [WRITE_KEY, DATA],
    answers: { 200: other('image/gif', 'One transparent pixel.') },
    refusals: [],
  }
}

const KEY_IN_PATH: readonly Parameter[] = [{ name: 'writeKey', says: 'Of the source.', schema: TEXT, isRequired: true, example: 'wk_…' }]

function asked(path: string, summary: string, answer: Operation['answers'], more: Partial<Operation> = {}): Operation {
  return { method: 'get', path, tag: 'Settings of other SDKs', summary, access: 'anybody', answers: answer, refusals: [], ...more }
}

const SCRIPT = other('text/javascript', 'The script.')

export const PEERS: readonly Operation[] = [
  ...EVENT_TYPES.map(type => pixel(`/v1/pixel/${type}`, type)),
  ...['track', 'page'].map(type => pixel(`/pixel/v1/${type}`, type)),
  asked(
    '/v1/projects/{writeKey}/settings',
    'Settings of Segment’s browser SDK',
    { 200: json('SegmentSettings', 'Host, batching and retries.') },
    {
      inPath: KEY_IN_PATH,
      refusals: [401, 403],
    },
  ),
  ...['/sourceConfig', '/sourceConfig/'].map(path =>
    asked(
      path,
      'Configuration of RudderStack’s browser SDK',
      { 200: json('RudderConfig', 'The source.') },
      {
        access: 'write key',
        query: [WRITE_KEY],
        refusals: [401, 403],
      },
    ),
  ),
  ...['analytics.min.js', 'analytics.js'].map(name =>
    asked(
      `/analytics.js/v1/{writeKey}/${name}`,
      'Segment’s own script, for pages with its snippet',
      { 200: SCRIPT },
      {
        inPath: KEY_IN_PATH,
        refusals: [404],
      },
    ),
  ),
  asked(
    '/analytics-next/bundles/{file}',
    'A part of Segment’s script',
    { 200: SCRIPT },
    {
      inPath: [{ name: 'file', says: 'As the script names it.', schema: TEXT, isRequired: true, example: 'none.js' }],
      refusals: [404],
    },
  ),
  asked(
    '/{version}/modern/plugins/rsa-plugins.js',
    'The plugins of RudderStack’s browser SDK, for pages that load them when they run',
    { 200: SCRIPT },
    {
      inPath: [{ name: 'version', says: 'v3, or what the SDK makes of it.', schema: TEXT, isRequired: true, example: 'v3' }],
      refusals: [404],
    },
  ),
  asked(
    '/next-integrations/{path}',
    'Device-mode destinations: there are none',
    { 200: SCRIPT },
    {
      inPath: [{ name: 'path', says: 'Anything.', schema: TEXT, isRequired: true, example: 'x' }],
    },
  ),
  asked(
    '/rsaRequest',
    'Set the cookies of RudderStack’s browser SDK (its option useServerSideCookies)',
    { 200: json('SideAnswer', 'Set, by a `Set-Cookie` each.') },
    {
      method: 'post',
      says: 'For pages of the same site only, and for the SDK’s own cookies (`rl_…`) only: readable by scripts, `SameSite=Lax`, `Secure` behind https. Refused, the SDK sets them itself.',
      access: 'write key',
      query: [WRITE_KEY],
      body: {
        schema: 'Json',
        isRequired: true,
        example: {
          reqType: 'setCookies',
          data: {
            options: { maxAge: 31_536_000_000, path: '/', domain: '.acme.com', sameSite: 'Lax' },
            cookies: [{ name: 'rl_anonymous_id', value: 'RS_ENC_v3_ImE1Ig==' }],
          },
        },
      },
      refusals: [400, 401, 403, 413, 429],
    },
  ),
  ...['/v1/m', '/rsaMetrics'].map(path =>
    asked(
      path,
      'Reports of SDKs about themselves, which nobody reads',
      { 200: json('SideAnswer', 'Taken and forgotten.') },
      {
        method: 'post',
        body: { schema: 'Json', isRequired: false, example: { series: [] } },
      },
    ),
  ),
]
