/** Sent as `context.library`; a test holds it to package.json. */
export const LIBRARY = { name: '@waymark/node', version: '0.1.0' } as const
