import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IntentModel, JourneyModel } from '@waymark/schemas/model'
import { Ajv, type ValidateFunction } from 'ajv'
import { lintIntent } from './intent/lint.ts'
import { lintJourney } from './journey/journeyLint.ts'
import type { Models } from './models.ts'

type Model = IntentModel | JourneyModel

const BUILT_IN = fileURLToPath(new URL('../../../schemas/models/', import.meta.url))
const SCHEMAS = fileURLToPath(new URL('../../../schemas/wire/', import.meta.url))

/**
 * The built-in models; those of `dir` (`MODELS_DIR`, *.json) replace the ones of the same id, and one intent model there replaces the built-in one.
 * Throws one Error that lists every problem of every file.
 */
export function loadModels(dir?: string): Models {
  const validators = { intent: validator('intent-model'), journey: validator('journey-model') }
  const problems: string[] = []
  const read = (folder: string) => jsonFiles(folder).flatMap(file => checked(file, validators, problems))
  const own = dir === undefined ? [] : read(dir)
  for (const id of repeated(own.map(model => model.id))) problems.push(`${dir}: two models have the id "${id}"; give each its own`)
  const chosen = [...read(BUILT_IN).filter(model => !own.some(({ id }) => id === model.id)), ...own]
  const intents = chosen.filter((model): model is IntentModel => model.kind === 'intent')
  const ownIntents = own.filter((model): model is IntentModel => model.kind === 'intent')
  if (ownIntents.length > 1)
    problems.push(`${dir}: ${ownIntents.length} intent models (${ownIntents.map(({ id }) => id).join(', ')}); one scores, keep one`)
  const intent = ownIntents[0] ?? intents[0]
  const journeys = chosen.filter((model): model is JourneyModel => model.kind === 'journey')
  for (const journey of journeys) {
    if (intent !== undefined && journey.intent !== intent.id)
      problems.push(`model ${journey.id}: /intent names "${journey.intent}", but the intent model is "${intent.id}"`)
    if (intent !== undefined) problems.push(...lintJourney(journey, intent).map(problem => `model ${journey.id}: ${problem}`))
  }
  if (problems.length > 0 || intent === undefined)
    throw new Error(`Models cannot be used:\n${problems.map(problem => `  ${problem}`).join('\n')}`)
  return { intent, journeys }
}

function validator(name: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), 'utf8')) as object
  return new Ajv({ allErrors: true, strict: false }).compile(schema)
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => join(folder, name))
}

/** The model in a file; none, and its problems noted, when it is wrong. */
function checked(file: string, validators: { readonly [kind in Model['kind']]: ValidateFunction }, problems: string[]): Model[] {
  const model = parsed(file, problems)
  if (model === null) return []
  const kind = typeof model === 'object' && 'kind' in model ? model.kind : undefined
  if (kind !== 'intent' && kind !== 'journey') {
    problems.push(`${file}: /kind must be "intent" or "journey"`)
    return []
  }
  const validate = validators[kind]
  if (!validate(model)) {
    problems.push(...(validate.errors ?? []).map(error => `${file}: ${error.instancePath || '/'} ${error.message ?? 'is wrong'}`))
    return []
  }
  const valid = model as Model
  if (valid.kind === 'intent') problems.push(...lintIntent(valid).map(problem => `${file}: ${problem}`))
  return [valid]
}

function parsed(file: string, problems: string[]): object | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null) return value
    problems.push(`${file}: must be a JSON object`)
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return null
}

function repeated(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
}
