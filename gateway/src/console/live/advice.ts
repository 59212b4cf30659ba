import type { RejectionCode } from '@waymark/schemas/event'

/** What to do about each reason for which an event is rejected. */
export const ADVICE: { readonly [code in RejectionCode]: string } = {
  not_an_object: 'Each item of “batch” must be a JSON object: send the event itself, not a text or a list that holds it.',
  unknown_type: 'Use track, page, screen, identify, group or alias as the type, or send to the address of one type, such as /v1/track.',
  required: 'Send the field that the path names: a track call needs “event”, a group call “groupId”, an alias call “previousId”.',
  wrong_type:
    'Send the field at the path in the form that the message names: ids and names are text, properties, traits and context objects.',
  wrong_format: 'Write the field at the path in the form that the message names.',
  too_short: 'The field is empty. Leave it out, or give it a value: a name needs at least one character.',
  too_long: 'Shorten the field: names and ids may have 200 characters, a message id 100. Long texts belong in properties.',
  missing_id: 'Say who it was: userId or anonymousId. SDKs in a browser do so by themselves; a server must pass one with every call.',
  event_too_large: 'An event may have 64 KiB, its share of the batch’s context included. Send references instead of documents.',
  too_deep: 'Flatten the event: 32 levels are allowed. A reference from an object back to itself is the usual cause.',
  too_many_keys: 'An event may have 512 keys at all levels together. Keys that are ids or dates belong in a list of values.',
  not_storable: 'The warehouse could not store this event, its neighbours are safe. Mend what the message names and send it again.',
  unplanned_event:
    'The tracking plan does not know this name. Spell it as the plan does, or add it to the plan; then replay what waits here.',
  unplanned_property: 'The tracking plan does not know this property. Leave it out, or add it to the plan; then replay what waits here.',
  plan_required: 'The tracking plan asks for this property. Send it; if it may be missing, say so in the plan and replay what waits here.',
  plan_wrong_type: 'The tracking plan says of what type this is. Send that type; if the plan is wrong, mend it and replay what waits here.',
  plan_wrong_value:
    'The tracking plan does not allow this value. Send one that it allows; if the plan is wrong, mend it and replay what waits here.',
}

const CODES: { readonly [code: string]: string } = ADVICE

/** '' for a code of an earlier version. */
export function adviceFor(code: string): string {
  return CODES[code] ?? ''
}
