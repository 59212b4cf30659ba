/** The TypeScript type of the values that a schema takes. Wider where TypeScript has no word for it (bounds, patterns), never narrower. Pure. */
import { isRecord, type JsonObject } from '../../ingest/event/json.ts'

/** `isClosed`: a property that is not named is a mistake. The schema has no references. */
export function typeOfSchema(schema: unknown, isClosed: boolean, indent = ''): string {
  if (schema === false) return 'never'
  if (!isRecord(schema)) return 'unknown'
  if ('const' in schema) return literal(schema.const)
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal))
  const own = ownType(schema, isClosed, indent)
  const forms = ['anyOf', 'oneOf'].flatMap(word =>
    Array.isArray(schema[word]) ? [union(schema[word].map(form => typeOfSchema(form, false, indent)))] : [],
  )
  const all = Array.isArray(schema.allOf) ? schema.allOf.map(part => typeOfSchema(part, false, indent)) : []
  const parts = [own, ...forms, ...all].filter(type => type !== 'unknown')
  return parts.length === 0 ? 'unknown' : parts.length === 1 ? (parts[0] ?? 'unknown') : parts.map(part => `(${part})`).join(' & ')
}

function ownType(schema: JsonObject, isClosed: boolean, indent: string): string {
  const types = schema.type === undefined ? impliedTypes(schema) : [schema.type].flat()
  return types.length === 0 ? 'unknown' : union(types.map(type => namedType(String(type), schema, isClosed, indent)))
}

/** A schema that describes properties is about an object, though it does not say so. */
function impliedTypes(schema: JsonObject): string[] {
  if ('properties' in schema || 'required' in schema) return ['object']
  return 'items' in schema || 'prefixItems' in schema ? ['array'] : []
}

function namedType(type: string, schema: JsonObject, isClosed: boolean, indent: string): string {
  switch (type) {
    case 'string':
      // Both SDKs write a Date as ISO text.
      return schema.format === 'date-time' ? 'string | Date' : 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return arrayType(schema, indent)
    case 'object':
      return objectType(schema, isClosed, indent)
    default:
      return type
  }
}

function arrayType({ items, prefixItems }: JsonObject, indent: string): string {
  const places = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : null
  // Places may be missing at the end, and more may follow: TypeScript has no short word for both.
  if (places !== null) return 'unknown[]'
  const item = typeOfSchema(items, false, indent)
  return /^[\w.]+$/.test(item) ? `${item}[]` : `(${item})[]`
}

function objectType(schema: JsonObject, isClosed: boolean, indent: string): string {
  const { properties, required, additionalProperties, patternProperties } = schema
  const inner = `${indent}  `
  const needed = Array.isArray(required) ? required.filter(name => typeof name === 'string') : []
  const described = isRecord(properties) ? properties : {}
  const names = [...new Set([...Object.keys(described), ...needed])]
  const lines = names.map(name => {
    const one = described[name]
    const optional = needed.includes(name) ? '' : '?'
    return `${comment(one, inner)}${inner}${propertyName(name)}${optional}: ${typeOfSchema(one ?? true, false, inner)}`
  })
  const isOpen = patternProperties !== undefined || (additionalProperties === undefined ? !isClosed : additionalProperties !== false)
  if (isOpen) lines.push(`${inner}[name: string]: unknown`)
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n${indent}}`
}

/** Words of the schema as the comment that editors show. */
export function comment(schema: unknown, indent: string): string {
  if (!isRecord(schema)) return ''
  const words = [schema.description ?? schema.title, schema.deprecated === true ? '@deprecated' : undefined]
    .filter(word => typeof word === 'string' && word !== '')
    // What would end the comment, or begin a line of code, is no comment.
    .map(word => String(word).replaceAll('*/', '*∕').replace(/\s+/g, ' ').trim())
  return words.length === 0 ? '' : `${indent}/** ${words.join(' ')} */\n`
}

/** A name as JavaScript reads it, quoted where it must be. */
function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

/** JSON text in single quotes. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'object' && value !== null ? 'unknown' : JSON.stringify(value)
}

function union(types: readonly string[]): string {
  const all = [...new Set(types.flatMap(type => (type.includes('{') ? [type] : type.split(' | '))))]
  return all.includes('unknown') ? 'unknown' : all.join(' | ')
}
