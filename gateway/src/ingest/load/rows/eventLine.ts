/**
 * A row of `events` as a JSON array, out of its values in the order of `EVENT_COLUMNS`. The four columns that are JSON text themselves, the
 * last ones, stand in it as the objects they are: the engine reads an object into a text column as it is written, and nothing is escaped twice.
 */
export function eventLine(values: readonly unknown[]): string {
  const scalars = JSON.stringify(values.slice(0, -OBJECTS))
  return `${scalars.slice(0, -1)},${values.slice(-OBJECTS).map(object).join(',')}]`
}

const OBJECTS = 4

/** JSON text of an object on one line, as `enrich` writes it; anything else is quoted, for a line must stay one. */
function object(text: unknown): string {
  return typeof text === 'string' && text.startsWith('{') && !text.includes('\n') ? text : JSON.stringify(text)
}
