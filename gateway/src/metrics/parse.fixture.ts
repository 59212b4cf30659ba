/** A reader of Prometheus' text format 0.0.4 that shares nothing with the writer, and forgives nothing. */

export interface Metric {
  readonly type: string
  /** By name and labels as written. */
  readonly values: ReadonlyMap<string, number>
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?)|[+-]Inf|NaN)$/

export function parseMetrics(text: string): Map<string, Metric> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const found = new Map<string, Metric & { values: Map<string, number> }>()
  let help = ''
  let open = { name: '', type: '' }
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (word === 'HELP') {
      if (!NAME.test(name) || found.has(name)) throw new Error(`a family is told twice or badly: ${line}`)
      help = name
    } else if (word === 'TYPE') {
      if (help !== name || !['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`a type without its help: ${line}`)
      if (rest === 'counter' && !name.endsWith('_total')) throw new Error(`a counter that is not called so: ${name}`)
      open = { name, type: rest }
      found.set(name, { type: rest, values: new Map() })
    } else addSample(found, open, line)
  }
  for (const [name, metric] of found) if (metric.type === 'histogram') checkHistogram(name, metric.values)
  return found
}

function addSample(found: Map<string, { values: Map<string, number> }>, open: { name: string; type: string }, line: string): void {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
  const own = open.type === 'histogram' ? [`${open.name}_bucket`, `${open.name}_sum`, `${open.name}_count`] : [open.name]
  if (!own.includes(name)) throw new Error(`not a sample of ${open.name}: ${line}`)
  const key = labels === '' ? name : `${name}{${labels}}`
  const values = found.get(open.name)?.values
  if (values === undefined || values.has(key)) throw new Error(`told twice: ${line}`)
  values.set(key, Number(value.replace('Inf', 'Infinity')))
}

function checkHistogram(name: string, values: ReadonlyMap<string, number>): void {
  const buckets = [...values].filter(([key]) => key.startsWith(`${name}_bucket`))
  const bounds = buckets.map(([key]) => Number((/le="([^"]+)"/.exec(key)?.[1] ?? 'x').replace('+Inf', 'Infinity')))
  const counts = buckets.map(([, value]) => value)
  const isRising = (list: readonly number[]) => list.every((value, index) => index === 0 || value >= (list[index - 1] ?? 0))
  if (!isRising(bounds) || !isRising(counts) || bounds.at(-1) !== Number.POSITIVE_INFINITY || counts.at(-1) !== values.get(`${name}_count`))
    throw new Error(`the histogram ${name} does not add up`)
}
