/** Secrets that are a part of a path: `/reset/eyJ….eyJ….abc`. Pure. */

/**
 * As those in parameters are known, but what a site's own names may begin with (`/sk_produkty`, `/xoxo-gossip`) must go on as a secret
 * does. Each is looked for at the beginning of a part only, and none reaches beyond it: the time grows with the length.
 */
const SECRET_PART =
  /(?:eyJ[\w-]{8,}\.[\w-]+\.|(?:sk|rk|pk)_(?:live|test)_|sk-[\w-]{0,12}\w{20}|gh[opsur]_\w{20}|github_pat_|glpat-|xox[abeoprs]-\d|AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|AIza[\w-]{30}|ya29\.|SG\.[\w-]{16}|npm_\w{30}|sk_[a-z0-9]{4,32}_[\w-]{16})[^\s/?#&;"\\<>]*/y
/** 1 for what one can begin with, by its character code. */
const FIRST = Uint8Array.from({ length: 128 }, (_, code) => ('esrpgxAySn'.includes(String.fromCharCode(code)) ? 1 : 0))

export function withoutSecretsInPath(text: string, instead: string): string {
  let clean = ''
  let from = 0
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) {
    if (FIRST[text.charCodeAt(at + 1)] !== 1) continue
    SECRET_PART.lastIndex = at + 1
    if (!SECRET_PART.test(text)) continue
    clean += text.slice(from, at + 1) + instead
    from = SECRET_PART.lastIndex
  }
  return from === 0 ? text : clean + text.slice(from)
}
