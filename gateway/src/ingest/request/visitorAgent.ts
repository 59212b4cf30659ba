import { LIMITS } from '@waymark/schemas/limits'
import type { Context } from 'hono'
import type { Source } from '../../keys/ring.ts'
import { isMailProxy } from '../enrich/bot.ts'
import type { IngestRequest } from '../receive.ts'
import { clientHints } from './clientHints.ts'

const NOT_TOLD = { userAgent: '' }

/**
 * A page's own header tells of the visitor. A server's tells of the server, and so does a library's own name (`node`, `okhttp`)
 * behind a public key: every browser, and every crawler that runs pages, begins with `Mozilla/` or `Opera/`. Services that load the pictures of
 * letters call themselves as they like, and tell of the letter.
 */
export function visitorAgent({ req }: Context, source: Source): Pick<IngestRequest, 'userAgent' | 'userAgentData'> {
  const header = req.header('user-agent')
  if (source.trust !== 'browser' || header === undefined) return NOT_TOLD
  if (/^(?:Mozilla|Opera)\//.test(header)) {
    const userAgentData = clientHints(req.header('sec-ch-ua'), req.header('sec-ch-ua-platform'), req.header('sec-ch-ua-mobile'))
    return { userAgent: header, userAgentData }
  }
  return isMailProxy(header.slice(0, LIMITS.userAgentChars)) ? { userAgent: header } : NOT_TOLD
}
