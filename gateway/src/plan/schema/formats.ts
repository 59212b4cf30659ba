/** Formats that a plan may ask for. Each is read once from left to right: none can be made slow. Pure. */

type Check = (text: string) => boolean

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const MAILBOX = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/i

export const FORMATS: { readonly [name: string]: Check } = {
  date: isDate,
  time: isTime,
  'date-time': text => /[tT ]/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11)),
  email: isEmail,
  hostname: isHostname,
  uri: text => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(text) && URL.canParse(text),
  uuid: text => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  ipv4: text => text.split('.').length === 4 && text.split('.').every(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256),
}

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? []
  const [m, d] = [Number(month), Number(day)]
  return m >= 1 && m <= 12 && d >= 1 && d <= new Date(Date.UTC(2000 + (Number(year) % 400), m, 0)).getUTCDate()
}

function isTime(text: string): boolean {
  const [, hours = '99', minutes = '99', seconds = '99'] = TIME.exec(text) ?? []
  return Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) <= 60
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split('.').every(label => HOST_LABEL.test(label))
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  const mailbox = text.slice(0, at)
  return at > 0 && MAILBOX.test(mailbox) && !/^\.|\.$|\.\./.test(mailbox) && isHostname(text.slice(at + 1))
}
