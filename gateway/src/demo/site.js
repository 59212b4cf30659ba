/** The vendor's own script: tells the SDK what forms and long reads mean. `window.waymark` was made by the snippet before. */
const READ_SECONDS = 30

for (const form of document.querySelectorAll('form[data-event]')) {
  form.addEventListener('submit', event => {
    event.preventDefault()
    const { email, company, ...person } = Object.fromEntries(new FormData(form))
    // A real site has a user id from its back end; here the address stands for it.
    waymark.identify(`demo-${email.toLowerCase()}`, { email, ...person })
    if (company) waymark.group(`demo-${company.trim().toLowerCase().replace(/\s+/g, '-')}`, { name: company, ...website(email) })
    waymark.track(form.dataset.event, JSON.parse(form.dataset.properties))
    form.querySelector('.thanks').textContent = form.dataset.thanks
    form.querySelector('button').disabled = true
  })
}

for (const link of document.querySelectorAll('[data-download]'))
  link.addEventListener('click', () => waymark.track('Content Downloaded', { content: link.dataset.download }))

/** An article counts as read at its end, or after half a minute in sight. */
for (const article of document.querySelectorAll('[data-read]')) {
  let isRead = false
  const read = () => {
    if (isRead || document.hidden) return
    isRead = true
    waymark.track('Content Viewed', { title: article.dataset.read })
  }
  setTimeout(read, READ_SECONDS * 1000)
  const end = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && scrollY > 0 && read())
  if (article.lastElementChild) end.observe(article.lastElementChild)
}

/** Free-mail addresses say nothing about a company; the gateway knows them all, this page the usual ones. */
function website(email) {
  const domain = email.split('@').pop().toLowerCase()
  return /^(gmail|outlook|hotmail|yahoo|icloud|gmx|proton)\./.test(domain) ? {} : { website: `https://${domain}` }
}
