export type JsonObject = { [key: string]: unknown }

/** An object of JSON: neither null nor an array. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
