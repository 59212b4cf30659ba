/** How often the rules of enrichment are right about public lists that were not made for them. No clock: the same figures on every machine. */
import { createAgentReader } from '../../../gateway/src/ingest/enrich/agent.ts'
import { referralFrom, siteOf } from '../../../gateway/src/ingest/enrich/channel.ts'
import type { Benchmark } from '../benchmark.ts'
import { crawlers, type Referrer, referrers, suffixes, visitors } from './corpora.ts'

export interface RuleScore {
  readonly rule: string
  readonly corpus: string
  readonly cases: number
  readonly right: number
  /** What it may not fall below; a new version of a list may move it. */
  readonly least: number
  /** The first few that are wrong. */
  readonly wrong: readonly string[]
}

/** By what the browser says of its machine itself; other platforms are said by several systems. */
const SYSTEMS: { readonly [platform: string]: readonly string[] } = {
  Win32: ['Windows'],
  MacIntel: ['Mac OS'],
  iPhone: ['iOS'],
  iPad: ['iOS'],
  'Linux armv81': ['Android'],
  'Linux armv8l': ['Android'],
}

// What the list calls unknown is everything that is no search, no network of people and no mail.
const CHANNELS: { readonly [medium in Referrer['medium']]: readonly string[] } = {
  search: ['organic_search'],
  social: ['social'],
  email: ['email'],
  unknown: ['referral', ''],
}

function scored<T>(
  rule: string,
  { name, version, cases }: { readonly name: string; readonly version: string; readonly cases: readonly T[] },
  least: number,
  isRight: (one: T) => boolean,
  shown: (one: T) => string,
): RuleScore {
  const wrong = cases.filter(one => !isRight(one))
  return {
    rule,
    corpus: `${name} ${version}`,
    cases: cases.length,
    right: cases.length - wrong.length,
    least,
    wrong: wrong.slice(0, 5).map(shown),
  }
}

export function ruleScores(): readonly RuleScore[] {
  const read = createAgentReader(20_000)
  const people = visitors()
  const told = people.cases.filter(({ platform }) => SYSTEMS[platform] !== undefined)
  const hosts = referrers()
  const of = (medium: Referrer['medium']) => ({ ...hosts, cases: hosts.cases.filter(one => one.medium === medium) })
  const channel = ({ host, medium }: Referrer) => CHANNELS[medium].includes(referralFrom(host).channel)
  const host = (one: Referrer) => one.host
  const agent = ({ userAgent }: { readonly userAgent: string }) => userAgent
  return [
    scored(
      'a crawler is labelled a bot',
      crawlers(),
      0.99,
      one => read(one).bot !== '',
      one => one,
    ),
    scored('a browser of a person is not', people, 0.999, one => read(one.userAgent).bot === '', agent),
    scored('its name is known', people, 0.999, one => read(one.userAgent).browser !== '', agent),
    scored('its device is the right one', people, 0.995, one => read(one.userAgent).device === one.deviceCategory, agent),
    scored(
      'its system is the right one',
      { ...people, cases: told },
      0.98,
      one => SYSTEMS[one.platform]?.includes(read(one.userAgent).os) === true,
      one => `${one.platform}: ${one.userAgent}`,
    ),
    scored('a host that searches is a search', of('search'), 0.8, channel, host),
    scored('a network of people is social', of('social'), 0.75, channel, host),
    scored('web mail is e-mail', of('email'), 0.8, channel, host),
    scored('other services of those are neither', of('unknown'), 0.95, channel, host),
    scored(
      'neighbours under a public suffix are two sites, hosts below one of them are one',
      suffixes(),
      0.97,
      suffix => siteOf(`www.a.${suffix}`) === siteOf(`a.${suffix}`) && siteOf(`a.${suffix}`) !== siteOf(`b.${suffix}`),
      suffix => suffix,
    ),
  ]
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`

export const rules: Benchmark = {
  name: 'rules',
  question: 'How often are the rules for bots, browsers, channels and sites right about public lists?',
  parts: [],
  async run() {
    const scores = ruleScores()
    return {
      tables: [
        {
          title: 'Rules beside lists of npm packages',
          head: ['rule', 'list', 'right', 'of', 'share'],
          rows: scores.map(({ rule, corpus, right, cases }) => [rule, corpus, String(right), String(cases), percent(right / cases)]),
        },
      ],
      goals: scores.map(({ rule, least, right, cases }) => ({
        text: rule,
        wanted: `≥ ${percent(least)}`,
        got: percent(right / cases),
        isMet: right / cases >= least,
      })),
      notes: [
        ...scores
          .filter(({ wrong }) => wrong.length > 0)
          .map(({ rule, wrong }) => `wrong, e.g. (${rule}): ${wrong.map(one => one.slice(0, 120)).join(' | ')}`),
        'referer-parser’s list is of 2013: most of the searches that are not known here are gone. psl’s list is older than the one that is used.',
      ],
      figures: scores,
    }
  },
}
