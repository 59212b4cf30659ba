import type { DeriveRules, IntentCategory, IntentModel } from '@waymark/schemas/model'

/** What is wrong with an intent model beyond its shape, in words that say where and what to do; empty when it can be used. */
export function lintIntent(model: IntentModel): string[] {
  return [
    ...categoryProblems(model),
    ...typeProblems(model),
    ...numberProblems(model),
    ...bandProblems(model),
    ...volumeProblems(model),
    ...ruleProblems(model.derive),
  ]
}

function categoryProblems({ categories }: IntentModel): string[] {
  return Object.entries(categories).flatMap(([name, category]) => [
    ...(['personCap', 'accountCap', 'halfLifeDays'] as const)
      .filter(key => !(category[key] > 0))
      .map(key => `/categories/${name}/${key} must be above 0`),
    ...(category.personCap > category.accountCap
      ? [`/categories/${name}/personCap is above accountCap: one person cannot count for more than the account`]
      : []),
  ])
}

function typeProblems({ types, categories }: IntentModel): string[] {
  return Object.entries(types).flatMap(([type, { category, weight, dailyCap }]) => [
    ...(category !== null && !(category in categories)
      ? [`/types/${type}/category "${category}" is not one of the categories; add it or name another`]
      : []),
    ...(weight > 0 && category === null ? [`/types/${type} has a weight above 0 but no category: name one, or it counts nowhere`] : []),
    ...(weight < 0 && category !== null ? [`/types/${type} has a weight below 0: negatives leave their category, set it to null`] : []),
    ...(dailyCap !== null && !(Number.isInteger(dailyCap) && dailyCap > 0)
      ? [`/types/${type}/dailyCap must be a whole number above 0, or null for none`]
      : []),
  ])
}

function numberProblems({ roles, breadth, surge, negativeHalfLifeDays, scale, version }: IntentModel): string[] {
  const positive = {
    '/roles/anonymous': roles.anonymous,
    '/roles/known': roles.known,
    '/roles/decisionMaker': roles.decisionMaker,
    '/breadth/person': breadth.person,
    '/breadth/committee': breadth.committee,
    '/surge/recentWeeks': surge.recentWeeks,
    '/surge/baseWeeks': surge.baseWeeks,
    '/negativeHalfLifeDays': negativeHalfLifeDays,
    '/scale': scale,
  }
  const whole = { '/version': version, '/surge/recentWeeks': surge.recentWeeks, '/surge/baseWeeks': surge.baseWeeks }
  return [
    ...Object.entries(positive)
      .filter(([, value]) => !(value > 0))
      .map(([where]) => `${where} must be above 0`),
    ...Object.entries(whole)
      .filter(([, value]) => !Number.isInteger(value))
      .map(([where]) => `${where} must be a whole number`),
    ...(breadth.points < 0 ? ['/breadth/points must not be below 0'] : []),
    ...(surge.points < 0 ? ['/surge/points must not be below 0'] : []),
    ...(roles.anonymous > roles.known || roles.known > roles.decisionMaker ? ['/roles must rise: anonymous ≤ known ≤ decisionMaker'] : []),
  ]
}

function bandProblems({ bands: { engaged, warm, hot, hysteresis } }: IntentModel): string[] {
  return [
    ...(0 < engaged && engaged < warm && warm < hot && hot <= 100 ? [] : ['/bands must rise: 0 < engaged < warm < hot ≤ 100']),
    ...(hysteresis >= 0 && hysteresis < engaged ? [] : ['/bands/hysteresis must be at least 0 and below engaged']),
  ]
}

/** No volume attack: whatever passive activity there is, one fresh hand-raise of a known person outranks it. */
function volumeProblems({ categories, types, roles, lint }: IntentModel): string[] {
  const ceiling = Object.values(categories).reduce((sum, category) => sum + (category.passive ? category.accountCap : 0), 0)
  return lint.handraise.flatMap(type => {
    const rule = types[type]
    const category = rule?.category == null ? undefined : categories[rule.category]
    if (rule === undefined || category === undefined) return [`/lint/handraise names "${type}", which is no type with a category`]
    const fresh = freshPoints(rule.weight, category, roles.known)
    if (ceiling < fresh) return []
    return [
      `passive categories can give ${ceiling} points, one fresh "${type}" only ${fresh.toFixed(1)}: lower accountCap of passive categories below that, or raise the weight`,
    ]
  })
}

function freshPoints(weight: number, { personCap, accountCap }: IntentCategory, role: number): number {
  const person = personCap * (1 - Math.exp(-weight / personCap))
  return accountCap * (1 - Math.exp((-role * person) / accountCap))
}

function ruleProblems(derive: DeriveRules): string[] {
  const patterns = [
    ...derive.pages.map((rule, index): [string, string] => [`/derive/pages/${index}/path`, rule.path]),
    ...derive.topics.map((rule, index): [string, string] => [`/derive/topics/${index}/path`, rule.path]),
    ...Object.entries(derive.search).map(([key, pattern]): [string, string] => [`/derive/search/${key}`, pattern]),
  ]
  return [
    ...(derive.sessionGapMinutes > 0 && derive.sessionGapMinutes <= 720 && Number.isInteger(derive.sessionGapMinutes)
      ? []
      : ['/derive/sessionGapMinutes must be a whole number from 1 to 720']),
    ...patterns.flatMap(([where, pattern]) => patternProblems(where, pattern)),
    ...derive.topics.flatMap((rule, index) =>
      rule.topic === undefined && !/\((?!\?)/.test(rule.path) ? [`/derive/topics/${index} needs a capture group in path, or a topic`] : [],
    ),
  ]
}

/** RE2 is what the warehouse runs; JavaScript's parser finds the rest of the mistakes. */
function patternProblems(where: string, pattern: string): string[] {
  if (/\(\?<?[=!]|\\[1-9]/.test(pattern)) return [`${where} uses look-around or back-references, which RE2 does not know`]
  try {
    new RegExp(pattern.replace(/^\(\?[a-z]+\)/, ''))
    return []
  } catch (error) {
    return [`${where} is no regular expression: ${error instanceof Error ? error.message : String(error)}`]
  }
}
