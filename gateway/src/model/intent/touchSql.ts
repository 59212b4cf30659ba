import type { DeriveRules } from '@waymark/schemas/model'
import type { ParamValue } from '../../db/query.ts'

/** SQL that names touches; values of the rules are parameters, never text. */
export interface TouchSql {
  /** A select over `touch_events` that adds `touch_names` (Array) and `touch_topic`. */
  readonly sql: string
  readonly params: { readonly [name: string]: ParamValue }
}

const MOST_TOPIC_CHARACTERS = 200

/** Compiles the derived-touch rules of an intent model. Columns: those of `touch_events`. */
export function compileTouches(derive: DeriveRules): TouchSql {
  const params: Record<string, ParamValue> = {}
  const bind = (value: string | number | readonly string[]) => {
    const name = `rule_${Object.keys(params).length}`
    params[name] = value
    return `{${name}:${typeof value === 'string' ? 'String' : typeof value === 'number' ? 'Float64' : 'Array(String)'}}`
  }
  const onPath = ({ path, sources }: { readonly path: string; readonly sources?: readonly string[] }) =>
    `${sources === undefined ? '' : `has(${bind(sources)}, source_id) AND `}match(path, ${bind(path)})`

  const pages = sourcesFirst(derive.pages).map(rule => `${onPath(rule)}, ${bind(rule.touch)}`)
  const page = choose([...searchArrival(derive.search, bind), ...pages], "'Page Viewed'")
  const more = derive.events.map(
    rule =>
      `if(event = ${bind(rule.event)} AND JSONExtract(properties, ${bind(rule.property)}, 'Nullable(Float64)') >= ${bind(rule.gte)}, [${bind(rule.touch)}], [])`,
  )
  const topics = sourcesFirst(derive.topics).map(
    rule => `${onPath(rule)}, ${rule.topic === undefined ? `extract(path, ${bind(rule.path)})` : bind(rule.topic)}`,
  )
  const topic = choose(["JSONExtractString(properties, 'topic') != '', JSONExtractString(properties, 'topic')", ...topics], "''")
  return {
    sql: `-- How is each event called as a touch, and what is it about?
SELECT
    *,
    multiIf(
        call = 'track', arrayConcat([toString(event)]${more.map(extra => `, ${extra}`).join('')}),
        call = 'page', [${page}],
        call = 'screen', ['Screen Viewed'],
        []
    ) AS touch_names,
    substringUTF8(${topic}, 1, ${MOST_TOPIC_CHARACTERS}) AS touch_topic
FROM touch_events`,
    params,
  }
}

/** Search engines rarely tell what was searched: an arrival on the home page is taken for a search for the brand. */
function searchArrival({ engines, brandTerms, landing }: DeriveRules['search'], bind: (value: string) => string): string[] {
  const searched = ["'q'", "'p'", "'query'", "'wd'", "'text'"].map(name => `decodeURLFormComponent(extractURLParameter(referrer, ${name}))`)
  const signs = [
    ...(brandTerms === '' ? [] : [`arrayExists(term -> match(term, ${bind(brandTerms)}), [campaign_term, ${searched.join(', ')}])`]),
    ...(landing === '' ? [] : [`match(path, ${bind(landing)})`]),
  ]
  if (engines === '' || signs.length === 0) return []
  return [`match(domain(referrer), ${bind(engines)}) AND (${signs.join(' OR ')}), 'Search Arrived'`]
}

/** A source's own rules come before the common ones. */
function sourcesFirst<T extends { readonly sources?: readonly string[] }>(rules: readonly T[]): T[] {
  return [...rules.filter(rule => rule.sources !== undefined), ...rules.filter(rule => rule.sources === undefined)]
}

function choose(cases: readonly string[], otherwise: string): string {
  return cases.length === 0 ? otherwise : `multiIf(${[...cases, otherwise].join(', ')})`
}
