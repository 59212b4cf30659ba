// Lets the list of the live page grow by itself. What comes was made fit for display by the server and is placed as text only.
const list = document.getElementById('live-list')
const section = document.getElementById('live')
const template = document.getElementById('live-row')
const pause = document.getElementById('live-pause')
const state = document.getElementById('live-state')
const rate = document.getElementById('live-rate')
const news = document.getElementById('live-news')

const MOST_ROWS = 200
/** A screen reader is told this often at most, and only sums. */
const NEWS_MS = 10_000

const address = new URL(section.dataset.stream, location.href)
const fresh = { events: 0, troubles: 0 }
let source = null

function rowOf(entry) {
  const row = template.content.firstElementChild.cloneNode(true)
  row.dataset.outcome = entry.outcome
  row.querySelector('time').dateTime = entry.at
  for (const slot of row.querySelectorAll('[data-slot]')) slot.textContent = entry[slot.dataset.slot] ?? ''
  return row
}

function moreRow(count) {
  const row = document.createElement('li')
  row.className = 'more'
  row.textContent = `and ${count.toLocaleString('en-GB')} more that came too fast to be listed`
  return row
}

function take(message) {
  const { entries, more } = JSON.parse(message.data)
  address.searchParams.set('after', message.lastEventId)
  const rows = entries.map(rowOf).reverse()
  if (more > 0 && entries.length > 0) rows.push(moreRow(more))
  list.prepend(...rows)
  while (list.children.length > MOST_ROWS) list.lastElementChild.remove()
  if (entries.length > 0) document.getElementById('live-empty')?.remove()
  fresh.events += entries.length + more
  fresh.troubles += entries.filter(({ code }) => code !== '').length
}

function say(name, text) {
  section.dataset.state = name
  document.querySelector('.live-bar').dataset.state = name
  state.textContent = text
}

function open() {
  source = new EventSource(address)
  source.addEventListener('open', () => say('live', 'Live'))
  source.addEventListener('entries', take)
  source.addEventListener('pulse', ({ data }) => {
    rate.textContent = data
  })
  source.addEventListener('signed-out', () => {
    close()
    say('off', 'You were signed out. Reload the page to sign in again.')
  })
  source.addEventListener('error', () => {
    if (source?.readyState === EventSource.CLOSED) say('off', 'Not live: the gateway refused the connection. Reload the page.')
    else say('lost', 'Connection lost; trying again …')
  })
}

function close() {
  source?.close()
  source = null
}

// Paused means closed: the stream goes on later from the last place, and says how many it could not keep.
pause.addEventListener('click', () => {
  const isPaused = source === null
  if (isPaused) open()
  else {
    close()
    say('paused', 'Paused')
  }
  pause.textContent = isPaused ? 'Pause' : 'Resume'
})

setInterval(() => {
  if (fresh.events === 0) return
  const bad = fresh.troubles === 0 ? '' : `, ${fresh.troubles} rejected or refused`
  news.textContent = `${fresh.events.toLocaleString('en-GB')} new${bad}`
  fresh.events = 0
  fresh.troubles = 0
}, NEWS_MS)

document.getElementById('live-refresh').hidden = true
pause.hidden = false
say('lost', 'Connecting …')
open()
// A page that sleeps in the back-forward cache has lost its stream.
addEventListener('pagehide', close)
addEventListener('pageshow', ({ persisted }) => persisted && pause.textContent === 'Pause' && open())
