import { expect, it } from 'vitest'
import { REDACT, REDACTED } from './redact.ts'
import { createSecretNames } from './secretNames.ts'

it.each([
  'token[0]',
  'token%5B0%5D',
  'token[]',
  'user[password_confirmation]',
  'user%5Bpassword%5D%5B1%5D',
  'password1',
  'new_password2',
  'email_confirm',
  'password_repeat',
  '%74oken',
  'to%6Ben',
  'token%20',
  'token+',
  '+token',
])('the value of %s, which is a name that is known to be secret', name => {
  expect(REDACT(`https://acme.com/x?a=1&${name}=s3cret&b=2`)).toBe(`https://acme.com/x?a=1&${name}=${REDACTED}&b=2`)
})

it('names of one’s own are found as they were given, in lists too, and not with more behind them', () => {
  const isSecret = createSecretNames(['patient-id', 'case'])
  expect(['patientId', 'PATIENT_ID', 'case[0]', 'c%61se', 'case2', 'cases', 'plan'].map(isSecret)).toEqual([
    ...[true, true, true, true],
    ...[false, false, false],
  ])
})

it('what campaigns call so is none, a second of it neither', () => {
  expect(['utm_email', 'utm_email2', 'confirm', '2', '[0]', '', '%', '%zz'].map(createSecretNames([]))).toEqual(Array(8).fill(false))
})
