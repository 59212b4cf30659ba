/** The words of JSON Schema that a plan may use, by draft, and where other schemas are in them. Pure. */
import type { PlanDialect } from '@waymark/schemas/plan'

/** `schemas`: a list of them; `map`: an object of them; `schema`: one; `items`: one or, in draft-07, a list. */
type Place = 'schema' | 'schemas' | 'map' | 'items' | 'dependencies' | 'value' | 'note'

const BOTH: { readonly [keyword: string]: Place } = {
  type: 'value',
  enum: 'value',
  const: 'value',
  multipleOf: 'value',
  maximum: 'value',
  exclusiveMaximum: 'value',
  minimum: 'value',
  exclusiveMinimum: 'value',
  maxLength: 'value',
  minLength: 'value',
  pattern: 'value',
  maxItems: 'value',
  minItems: 'value',
  uniqueItems: 'value',
  maxProperties: 'value',
  minProperties: 'value',
  required: 'value',
  format: 'value',
  $ref: 'value',
  items: 'items',
  contains: 'schema',
  additionalProperties: 'schema',
  propertyNames: 'schema',
  not: 'schema',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nothing awaits this table.
  then: 'schema',
  else: 'schema',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  properties: 'map',
  patternProperties: 'map',
  definitions: 'map',
  $defs: 'map',
  title: 'note',
  description: 'note',
  default: 'note',
  examples: 'note',
  deprecated: 'note',
  readOnly: 'note',
  writeOnly: 'note',
  contentMediaType: 'note',
  contentEncoding: 'note',
  $comment: 'note',
  $schema: 'note',
}

const OWN: { readonly [dialect in PlanDialect]: { readonly [keyword: string]: Place } } = {
  'draft-07': { additionalItems: 'schema', dependencies: 'dependencies' },
  '2020-12': {
    prefixItems: 'schemas',
    unevaluatedProperties: 'schema',
    unevaluatedItems: 'schema',
    dependentSchemas: 'map',
    dependentRequired: 'value',
    minContains: 'value',
    maxContains: 'value',
  },
}

/** Words of JSON Schema, or of its relatives, that a plan may not use, with the reason. */
export const REFUSED: { readonly [keyword: string]: string } = {
  $id: 'schemas of a plan have no addresses; share one under “$defs” of the plan',
  id: 'schemas of a plan have no addresses; share one under “$defs” of the plan',
  $anchor: 'name the shared schema under “$defs”, and refer to it by its path',
  $dynamicRef: 'references must be known from the text; use “$ref”',
  $dynamicAnchor: 'references must be known from the text; use “$ref”',
  $recursiveRef: 'references must be known from the text; use “$ref”',
  $vocabulary: 'the words of a plan are those of the draft',
  $async: 'nothing is fetched while an event is checked',
  nullable: 'that is OpenAPI; write "type": ["string", "null"]',
}

const ADDRESSES: { readonly [address: string]: PlanDialect } = {
  'http://json-schema.org/draft-07/schema': 'draft-07',
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
}

export function isNote(keyword: string): boolean {
  return BOTH[keyword] === 'note'
}

/** undefined for a word that the draft does not have. */
export function placeOf(keyword: string, dialect: PlanDialect): Place | undefined {
  if (Object.hasOwn(BOTH, keyword)) return BOTH[keyword]
  return Object.hasOwn(OWN[dialect], keyword) ? OWN[dialect][keyword] : undefined
}

export function knownKeywords(dialect: PlanDialect): string[] {
  return [...Object.keys(BOTH), ...Object.keys(OWN[dialect])]
}

/** The draft that `$schema` names; null for one that is not known here. */
export function dialectOf(address: string): PlanDialect | null {
  return ADDRESSES[address.replace(/#$/, '')] ?? null
}
