import type { JourneyModel } from '@waymark/schemas/model'
import { DAY_MS, type Instant, type Orders, type Position, type Rules, type Status } from './position.ts'
import { evidenceOf, type Happening, holds, isEventRule } from './predicates.ts'

export interface StatusChange {
  readonly status: Status
  readonly rule: string
  readonly evidence: readonly string[]
}

/** What the silence up to a day's start has made of an account; looks at the days before only, so it is final at once. */
export function statusAtOpening(position: Position, day: number, rules: Rules): StatusChange | null {
  const { status } = rules.model
  const churned = position.status !== 'churned'
  if (churned && !isEventRule(status.churn) && holds(status.churn, rules.features.asOf(day - 1))) return silently('churned', 'churn')
  if (churned && isOverdue(position.orders, day, status.orderGap)) return silently('churned', 'no order')
  const awake = position.status === 'active' || position.status === 'returned'
  const dormantDays = rules.stages[position.stage]?.config.dormantDays ?? Number.POSITIVE_INFINITY
  if (awake && day - position.lastTouchDay > dormantDays) return silently('dormant', 'silence')
  const returnedOn = Math.floor(position.statusSince / DAY_MS)
  if (position.status === 'returned' && day - returnedOn >= status.returnedDays) return silently('active', 'stayed')
  return null
}

/** What an instant has made of it: an event that ends the relationship outranks a return. */
export function statusAfter(position: Position, instant: Instant, rules: Rules): StatusChange | null {
  const { churn } = rules.model.status
  const [features, happening] = [rules.features.asOf(instant.day, instant.at), happeningOf(instant, position, rules)]
  if (isEventRule(churn) && holds(churn, features, happening)) {
    return position.status === 'churned'
      ? null
      : { status: 'churned', rule: 'churn', evidence: evidenceOf(churn, features, rules.intent, happening) }
  }
  const asleep = position.status === 'dormant' || position.status === 'churned'
  const theirs = theirTouches(instant, rules)
  return asleep && theirs.length > 0 ? { status: 'returned', rule: 'touch', evidence: theirs } : null
}

/** Message ids of touches that end a silence: what they did, not what we did (an e-mail delivered). */
export function theirTouches(instant: Instant, rules: Rules): readonly string[] {
  return idsWhere(instant, type => !rules.features.matches(rules.model.status.ignore, type))
}

export function happeningOf(instant: Instant, position: Position, rules: Rules): Happening {
  return {
    matching: types => idsWhere(instant, type => rules.features.matches(types, type)),
    reached: stage => {
      const index = rules.stages.findIndex(({ config }) => config.id === stage)
      return index !== -1 && (rules.model.mode === 'ladder' ? position.stage >= index : position.reached.includes(index))
    },
  }
}

function idsWhere(instant: Instant, accept: (type: string) => boolean): readonly string[] {
  return [...new Set(instant.touches.filter(({ touch }) => accept(touch.type)).map(({ touch }) => touch.messageId))]
}

export function withOrders(before: Orders, instant: Instant): Orders {
  let orders = before
  for (const { touch, n } of instant.touches) {
    if (touch.type === 'Order Completed') {
      orders = { ...orders, count: orders.count + n, firstDay: orders.count === 0 ? instant.day : orders.firstDay, lastDay: instant.day }
    } else if (touch.type.startsWith('Subscription ')) {
      orders = { ...orders, contract: touch.type !== 'Subscription Cancelled' }
    }
  }
  return orders
}

/** Told once per silence: an account that came back without an order is not churned again on the next day. */
function isOverdue(orders: Orders, day: number, { days, factor }: JourneyModel['status']['orderGap']): boolean {
  if (orders.count === 0 || orders.contract || orders.churnedFor === orders.lastDay) return false
  const meanGap = orders.count > 1 ? (orders.lastDay - orders.firstDay) / (orders.count - 1) : 0
  return day - orders.lastDay > Math.max(days, factor * meanGap)
}

function silently(status: Status, rule: string): StatusChange {
  return { status, rule, evidence: [] }
}
