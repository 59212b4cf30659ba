import type { Role } from './shapes.ts'

/** What a person is to a purchase, in the words of the console and the command line. */
export const ROLE_WORDS: { readonly [role in Role]: string } = {
  anonymous: 'anonymous',
  known: 'known',
  decisionMaker: 'decision maker',
}

/** `+36.6`, `−5.0`: one decimal, with a real minus sign; never `−0.0`. */
export function signedPoints(points: number): string {
  const rounded = Math.abs(points).toFixed(1)
  return points < 0 && rounded !== '0.0' ? `−${rounded}` : `+${rounded}`
}

/** A reason's text ends with its points; beside a column of points they would stand twice. */
export function withoutPoints(text: string): string {
  return text.replace(/: [+−-][\d.,]+ points$/, '')
}
