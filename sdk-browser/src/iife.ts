/**
 * Entry of the one-file build. Makes `window.waymark` from the snippet's array (and replays its calls), or from
 * `<script src="…/waymark.js" data-write-key="…" data-host="…">`; always gives `window.Waymark.createWaymark`.
 */
import type { Waymark, WaymarkOptions } from './api.ts'
import { createClient, type EarlierCall } from './client.ts'

const page = window as {
  waymark?: Waymark | (EarlierCall[] & { o?: WaymarkOptions })
  Waymark?: { createWaymark: typeof createClient }
}
const script = document.currentScript
const stub = page.waymark

page.Waymark = { createWaymark: createClient }
if (Array.isArray(stub)) {
  if (stub.o) page.waymark = createClient(stub.o, stub)
} else if (!stub && script instanceof HTMLScriptElement && script.dataset.writeKey) {
  const { writeKey, host, path, autoPage, consent } = script.dataset
  page.waymark = createClient({
    writeKey,
    host: host ?? new URL(script.src).origin,
    path,
    autoPage: autoPage !== 'false',
    consent: consent === 'denied' ? consent : 'granted',
  })
}
