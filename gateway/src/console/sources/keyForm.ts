import { isKeyName, isScope, KEY_NAME_RULE, type Scope } from '../../keys/parse.ts'
import type { NewKey } from '../../keys/table.ts'
import { field } from '../frame/respond.ts'

/** What stood in the form, as far as it can be shown again. */
export interface KeyForm {
  readonly kind: 'browser' | 'server' | 'secret'
  readonly name: string
  readonly scopes: readonly Scope[]
}

export type ReadForm = { readonly wanted: NewKey } | { readonly form: KeyForm; readonly complaint: string }

/** The key that a form asks for, or what is wrong with it. */
export function readKeyForm(body: { readonly [name: string]: unknown }): ReadForm {
  const kind = field(body.kind)
  const name = field(body.name).trim()
  const scopes = [body.scopes].flat().map(field).filter(isScope)
  const form: KeyForm = { kind: kind === 'server' || kind === 'secret' ? kind : 'browser', name: name.slice(0, 200), scopes }
  if (kind !== 'browser' && kind !== 'server' && kind !== 'secret') return { form, complaint: 'Choose what the key is for.' }
  if (name === '') return { form, complaint: `Give the ${kind === 'secret' ? 'key' : 'source'} a name.` }
  if (!isKeyName(name)) return { form, complaint: `This name cannot be used. A name has ${KEY_NAME_RULE}.` }
  if (kind !== 'secret') return { wanted: { kind: 'write', name, server: kind === 'server' } }
  if (scopes.length === 0) return { form, complaint: 'Choose at least one thing that the key may do.' }
  return { wanted: { kind: 'secret', name, scopes } }
}
