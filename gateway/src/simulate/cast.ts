import { createRandom } from './random.ts'
import { COMPANY_FIRST, COMPANY_SECOND, COUNTRIES, FIRST_NAMES, LAST_NAMES, ROLES } from './words.ts'

export interface Company {
  readonly index: number
  readonly name: string
  readonly domain: string
  /** The CRM's key of the account. */
  readonly groupId: string
  readonly industry: string
  readonly employees: number
  readonly country: (typeof COUNTRIES)[number]
  readonly people: readonly [Person, ...Person[]]
}

export interface Person {
  readonly userId: string
  readonly anonymousId: string
  readonly name: string
  readonly email: string
  readonly title: string
  readonly company: Pick<Company, 'index' | 'country' | 'groupId'>
}

/** A company with its buying committee; of each index and seed there is one. */
export function companyOf(seed: number, index: number): Company {
  const random = createRandom(seed, index, 1)
  // Steps that share no factor with the number of names meet every pair before any comes twice.
  const pairs = COMPANY_FIRST.length * COMPANY_SECOND.length
  const place = (((seed % pairs) + pairs) * 31 + index * 173) % pairs
  const round = Math.floor(index / pairs)
  const second = COMPANY_SECOND[Math.floor(place / COMPANY_FIRST.length)] ?? COMPANY_SECOND[0]
  const first = `${COMPANY_FIRST[place % COMPANY_FIRST.length] ?? COMPANY_FIRST[0]}${round === 0 ? '' : ` ${round + 1}`}`
  const domain = `${first}-${second.name}.example`.toLowerCase().replaceAll(' ', '')
  const employees = Math.round(20 * 10 ** (random.next() * 2.6))
  const account = { index, country: random.pick(COUNTRIES), groupId: `crm-${seed}-${index}` }
  const size = Math.min(ROLES.length, 1 + Math.floor(Math.log10(employees)) + random.whole(0, 2))
  const firstLastName = random.whole(0, LAST_NAMES.length - 1)
  const person = (place: number): Person => {
    const key = `${seed}-${index}-${place}`
    // No two people of a company share a last name, and so none an address.
    const last = LAST_NAMES[(firstLastName + place) % LAST_NAMES.length] ?? LAST_NAMES[0]
    const name = `${random.pick(FIRST_NAMES)} ${last}`
    return {
      userId: `u-${key}`,
      anonymousId: `a-${key}`,
      name,
      email: `${mailbox(name)}@${domain}`,
      title: ROLES[place] ?? ROLES[0],
      company: account,
    }
  }
  return {
    ...account,
    name: `${first} ${second.name}`,
    domain,
    industry: second.industry,
    employees,
    people: [person(0), ...Array.from({ length: size - 1 }, (_, place) => person(place + 1))],
  }
}

/** A person with a free-mail address: `_` makes it one that the provider cannot have given to anybody. */
export function withFreeMail(person: Person): Person {
  return { ...person, email: `${person.email.split('@')[0]?.replaceAll('.', '_')}@gmail.com` }
}

/** The same person after a change of jobs. */
export function movedTo(person: Person, company: Company): Person {
  return { ...person, email: `${person.email.split('@')[0]}@${company.domain}`, title: 'Head of Maintenance', company }
}

function mailbox(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^a-zA-Z ]/g, '')
    .replace(' ', '.')
    .toLowerCase()
}
