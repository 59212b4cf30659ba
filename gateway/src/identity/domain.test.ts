import { describe, expect, it } from 'vitest'
import { corporateDomain, registrableDomain } from './domain.ts'

describe('registrableDomain', () => {
  it.each([
    ['https://www.shop.acme.co.uk/path?x=1', 'acme.co.uk'],
    ['WWW.Acme.com', 'acme.com'],
    ['acme.com:8080', 'acme.com'],
    ['ana@mail.acme.com', 'acme.com'],
    ['acme.github.io', 'acme.github.io'],
    ['co.uk', null],
    ['192.168.1.10', null],
    ['not a domain', null],
    ['', null],
  ])('of %j is %j', (text, domain) => {
    expect(registrableDomain(text)).toBe(domain)
  })
})

describe('corporateDomain', () => {
  it.each([
    ['ana@acme.com', 'acme.com'],
    ['ana@eu.acme.com', 'acme.com'],
    ['ana@gmail.com', null],
    ['ana@yahoo.co.uk', null],
    ['ana@mailinator.com', null],
    ['ana@localhost', null],
  ])('of %j is %j', (address, domain) => {
    expect(corporateDomain(address)).toBe(domain)
  })
})
