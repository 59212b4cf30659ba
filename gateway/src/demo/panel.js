/**
 * The corner panel: what has just left this browser for the gateway, and what became of it. It listens to `fetch`, so it shows the truth of the
 * wire and not what somebody meant to send. Kept for the tab, because events are often sent while a page goes away.
 */
;(() => {
  const KEPT = 30
  const STORE = 'demo-panel'
  const OPEN = 'demo-panel-open'
  const WORDS = {
    sending: 'sending …',
    left: 'sent while leaving',
    delivered: 'delivered',
    refused: 'refused',
    waiting: 'not delivered, kept for another try',
  }
  const entries = restore()
  let list

  const send = window.fetch
  window.fetch = async (input, init) => {
    const sent = String(input).endsWith('/v1/batch') ? note(init?.body) : []
    try {
      const answer = await send(input, init)
      if (sent.length > 0) settle(sent, answer.ok ? await answer.clone().json() : null)
      return answer
    } catch (error) {
      settle(sent, null)
      throw error
    }
  }

  function note(body) {
    const { batch } = JSON.parse(body)
    const sent = batch.map(({ messageId, type, timestamp, event, userId, groupId, name, context, properties }) => {
      const what = { track: event, identify: userId, group: groupId }[type] ?? name ?? properties?.path ?? context?.page?.path ?? ''
      return { messageId, type, what, at: timestamp, state: 'sending', why: '' }
    })
    for (const entry of sent) {
      const known = entries.findIndex(({ messageId }) => messageId === entry.messageId)
      if (known !== -1) entries.splice(known, 1)
      entries.push(entry)
    }
    entries.sort((a, b) => (a.at < b.at ? -1 : 1))
    entries.splice(0, Math.max(0, entries.length - KEPT))
    show()
    return sent
  }

  function settle(sent, reply) {
    for (const entry of sent) entry.state = reply?.success ? 'delivered' : 'waiting'
    for (const { index, message } of reply?.rejected ?? []) Object.assign(sent[index] ?? {}, { state: 'refused', why: message })
    show()
  }

  function show() {
    keep(STORE, JSON.stringify(entries))
    if (list === undefined) return
    list.replaceChildren(...entries.toReversed().map(row))
    if (entries.length === 0) list.append(element('li', 'empty', 'Nothing yet. A page view leaves about a second after it opens.'))
  }

  function row({ type, what, at, state, why }) {
    const item = element('li', state)
    const time = element('time', '', new Date(at).toLocaleTimeString())
    time.dateTime = at
    item.append(
      element('code', '', type),
      element('b', '', what),
      time,
      element('span', 'state', why === '' ? WORDS[state] : `${WORDS[state]}: ${why}`),
    )
    return item
  }

  function element(name, className, text = '') {
    const made = document.createElement(name)
    made.className = className
    made.textContent = text
    return made
  }

  function restore() {
    const kept = JSON.parse(recall(STORE) ?? '[]')
    return kept.map(entry => (entry.state === 'sending' ? { ...entry, state: 'left' } : entry))
  }

  // Storage may be forbidden; then the panel starts anew on each page.
  function keep(name, text) {
    try {
      sessionStorage.setItem(name, text)
    } catch {
      return
    }
  }

  function recall(name) {
    try {
      return sessionStorage.getItem(name)
    } catch {
      return null
    }
  }

  document.addEventListener('DOMContentLoaded', () => {
    const panel = element('aside', 'panel')
    panel.setAttribute('aria-label', 'What was just sent')
    const box = document.createElement('details')
    box.open = recall(OPEN) === null ? matchMedia('(min-width: 60rem)').matches : recall(OPEN) === 'true'
    box.addEventListener('toggle', () => keep(OPEN, String(box.open)))
    const log = element('div', 'sent')
    log.setAttribute('role', 'log')
    log.tabIndex = 0
    list = document.createElement('ol')
    log.append(list)
    const link = element('a', '', 'See the accounts in the console')
    link.href = '/console/'
    box.append(element('summary', '', 'Just sent to Waymark'), log, link)
    panel.append(box)
    document.body.append(panel)
    show()
  })
})()
