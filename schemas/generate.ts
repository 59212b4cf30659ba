/** Writes schemas/wire/*.schema.json from the TypeScript types, so that types and JSON Schemas cannot disagree: `npm run schemas`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createGenerator } from 'ts-json-schema-generator'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const GENERATED = [
  { file: 'event.schema.json', source: 'src/event.ts', type: '*' },
  { file: 'intent-model.schema.json', source: 'src/model.ts', type: 'IntentModel' },
  { file: 'journey-model.schema.json', source: 'src/model.ts', type: 'JourneyModel' },
] as const

export function generate({ source, type }: { source: string; type: string }): string {
  const schema = createGenerator({
    path: here(source),
    tsconfig: here('../tsconfig.json'),
    type,
    skipTypeCheck: true,
    topRef: type !== '*',
    additionalProperties: type === '*',
  }).createSchema(type)
  return `${JSON.stringify(schema, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const entry of GENERATED) writeFileSync(here(`wire/${entry.file}`), generate(entry))
}
