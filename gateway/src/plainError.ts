const MOST = 300

/**
 * What went wrong, without the data it went wrong on: the engine quotes rows, values and whole statements in its messages.
 * Everything in quotes that does not name a part of our own statement, and all that follows the places where the engine begins to quote is left out.
 */
export function plainError(text: string): string {
  const [beginning = ''] = text.split(
    /\bIn scope\b|\bWhile (?:processing|executing)\b|: ?\bwhile\b|\bRow \d+:|\(at row \d+\)|\bparsed text\b|\n/i,
  )
  const plain = beginning
    .replace(/\b(identifier|table|column|function|setting|dictionary) ['`]([A-Za-z0-9_.]{1,60})['`]/gi, '$1 $2')
    .replace(/(?<!\w)'(?:[^'\\]|\\.)*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|`(?:[^`\\]|\\.)*(?:`|$)|“[^”]*(?:”|$)/g, '“…”')
    .replace(/[^\s@“]+@[^\s@”]+/g, '…')
    .replace(/\s+/g, ' ')
    .replace(/[\s:,(]+$/, '')
    .trim()
  return plain.length <= MOST ? plain : `${plain.slice(0, MOST - 1)}…`
}
