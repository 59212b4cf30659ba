/** Writes schemas/wire/*.schema.json from the TypeScript types, so that types and JSON Schemas cannot disagree: `npm run schemas`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createGenerator } from 'ts-json-schema-generator'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface Generated {
  readonly file: string
  readonly source: string
  readonly type: string
  /** Whether objects have no other members than those of the type. */
  readonly isClosed?: boolean
}

export const GENERATED: readonly Generated[] = [
  { file: 'event.schema.json', source: 'src/event.ts', type: '*' },
  { file: 'intent-model.schema.json', source: 'src/model.ts', type: 'IntentModel' },
  { file: 'journey-model.schema.json', source: 'src/model.ts', type: 'JourneyModel' },
  // What a gateway answers has exactly the members it says.
  { file: 'answer.schema.json', source: '../gateway/src/openapi/answers.ts', type: '*', isClosed: true },
]

export function generate({ source, type, isClosed = type !== '*' }: Omit<Generated, 'file'>): string {
  const schema = createGenerator({
    path: here(source),
    tsconfig: here('../tsconfig.json'),
    type,
    skipTypeCheck: true,
    topRef: isClosed,
    additionalProperties: !isClosed,
  }).createSchema(type)
  return `${JSON.stringify(schema, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const entry of GENERATED) writeFileSync(here(`wire/${entry.file}`), generate(entry))
}
