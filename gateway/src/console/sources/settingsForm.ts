import { MOST_NAMES, readNames } from '../../ingest/event/neverStored.ts'
import { MOST_ORIGINS, readOrigins } from '../../keys/origins.ts'
import type { WantedSettings } from '../../keys/settings.ts'
import { field } from '../frame/respond.ts'

/** What stood in the form, to be shown again. */
export interface SettingsForm {
  readonly source: string
  readonly origins: string
  readonly rate: string
  readonly isFirstParty: boolean
  readonly neverStored: string
}

export type ReadSettings = { readonly wanted: WantedSettings } | { readonly form: SettingsForm; readonly complaint: string }

/** The settings that a form asks for, or what is wrong with it. */
export function readSettingsForm(source: string, body: { readonly [name: string]: unknown }): ReadSettings {
  const form: SettingsForm = {
    source,
    origins: field(body.origins),
    rate: field(body.rate).trim(),
    isFirstParty: field(body.firstParty) === 'on',
    neverStored: field(body.neverStored),
  }
  const { origins, wrong } = readOrigins(form.origins)
  const [first] = wrong
  if (first !== undefined)
    return {
      form,
      complaint: `“${first.slice(0, 100)}” is no origin. Write scheme and host only, e.g. https://www.acme.com or https://*.acme.com.`,
    }
  if (origins.length > MOST_ORIGINS)
    return { form, complaint: `These are more than ${MOST_ORIGINS} origins. Use https://*.acme.com for every subdomain.` }
  if (!/^(?:[1-9]\d{0,8})?$/.test(form.rate))
    return { form, complaint: 'The limit must be a whole number of events a second, or empty for the usual one.' }
  const { names, wrong: others } = readNames(form.neverStored)
  const [other] = others
  if (other !== undefined) return { form, complaint: `“${other.slice(0, 100)}” is no name of a property or trait.` }
  if (names.length > MOST_NAMES) return { form, complaint: `These are more than ${MOST_NAMES} names.` }
  return {
    wanted: {
      source_id: source,
      origins,
      events_per_second: form.rate === '' ? 0 : Number(form.rate),
      first_party_id: form.isFirstParty ? 1 : 0,
      never_stored: names,
    },
  }
}
