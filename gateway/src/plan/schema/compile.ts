import { PLAN_LIMITS, type PlanDialect } from '@waymark/schemas/plan'
import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { FORMATS } from './formats.ts'
import { compilePattern } from './pattern.ts'

/** What is wrong with a value, every fault that was looked for; empty when nothing is. */
export type SchemaCheck = (value: unknown) => readonly ErrorObject[]

/** Makes checks of schemas without references; throws what ajv says of a schema that is none. */
export type SchemaCompiler = (schema: AnySchemaObject, dialect: PlanDialect) => SchemaCheck

const OPTIONS: Options = {
  strict: false,
  strictSchema: true,
  validateFormats: true,
  formats: FORMATS,
  addUsedSchema: false,
  // Parts of a step: 19.99 / 0.01 is 1998.9999999999998, and of prices in the millions nine digits would refuse one in ten.
  multipleOfPrecision: 6,
  // The lint has looked at the schema; reading the draft's own takes longer than all else.
  meta: false,
  validateSchema: false,
  logger: false,
  // A stranger's text never meets a backtracking engine.
  code: {
    regExp: Object.assign((source: string) => Object.assign(compilePattern(source), { toString: () => source }), { code: 'pattern' }),
  },
}

/** Told of whole only where the value is small: a large one could have a fault in each of its thousands of parts. */
const MOST_PARTS = 200

/** One compiler for the schemas of one version of a plan: what it made goes when the version goes. */
export function createSchemaCompiler(): SchemaCompiler {
  const made = new Map<string, Ajv>()

  function ajv(dialect: PlanDialect, allErrors: boolean): Ajv {
    const name = `${dialect} ${allErrors}`
    const known = made.get(name)
    if (known !== undefined) return known
    const one = dialect === 'draft-07' ? new Ajv({ ...OPTIONS, allErrors }) : new Ajv2020({ ...OPTIONS, allErrors })
    made.set(name, one)
    return one
  }

  return (schema, dialect) => {
    const quick = ajv(dialect, false).compile(schema)
    let whole: ValidateFunction | null = null
    return value => {
      if (quick(value)) return []
      const first = quick.errors ?? []
      if (partsOf(value, MOST_PARTS) <= 0) return first
      whole ??= ajv(dialect, true).compile(schema)
      whole(value)
      return whole.errors?.slice(0, PLAN_LIMITS.told * 10) ?? first
    }
  }
}

/** What is left of `most` after the values at all levels are taken off. */
function partsOf(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return most - 1
  let left = most - 1
  for (const part of Object.values(value)) {
    if (left <= 0) return 0
    left = partsOf(part, left)
  }
  return left
}
