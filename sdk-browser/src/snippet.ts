/** The inline loader: calls made before the script has arrived wait in an array, each with its own time. */

export interface SnippetOptions {
  writeKey: string
  host: string
  /** Where the script lies; default `<host>/waymark.js`. */
  src?: string
  autoPage?: boolean
  /** For a page whose policy allows scripts by nonce; the loader hands it on to the script it adds. */
  nonce?: string
  /** Subresource integrity of the script. */
  integrity?: string
}

/** HTML for the `<head>`, safe to print as it is. */
export function snippet({ writeKey, host, src = `${host}/waymark.js`, autoPage, nonce, integrity }: SnippetOptions): string {
  const attributes = nonce ? ` nonce="${nonce.replace(/[^\w+/=-]/g, '')}"` : ''
  const settings = json({ src, integrity, options: { writeKey, host, autoPage } })
  return `<script${attributes}>!function(w,d,o,q,s){if(!w.waymark){q=w.waymark=[];q.o=o.options;"page track identify group alias reset consent on flush".split(" ").map(function(m){q[m]=function(){q.push([m,arguments,Date.now()])}});s=d.createElement("script");s.async=1;s.src=o.src;s.nonce=(d.currentScript||s).nonce;if(o.integrity){s.integrity=o.integrity;s.crossOrigin="anonymous"}d.head.appendChild(s)}}(window,document,${settings})</script>\n`
}

/** JSON that cannot end the script element it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c')
}
