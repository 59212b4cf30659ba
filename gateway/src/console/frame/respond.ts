import type { Context } from 'hono'
import { type Html, layout, notice } from './layout.ts'

type Status = 200 | 400 | 403 | 404 | 409 | 429 | 500 | 503

/** Answers with a rendered page. */
export async function page(c: Context, body: Html, status: Status = 200, headers: Record<string, string> = {}): Promise<Response> {
  return c.html(await body, status, headers)
}

/** Answers with a page that says one thing and what to do about it. */
export function noticePage(c: Context, status: Status, title: string, lines: readonly (Html | string)[]): Promise<Response> {
  return page(c, layout({ title, isSignedIn: true }, notice(title, lines)), status)
}

/** A field of a form as text; '' where it is missing or a file. */
export function field(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
