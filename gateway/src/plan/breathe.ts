/** Lets others be served while something long is done a piece at a time. */
export function breathe(): Promise<void> {
  return new Promise(done => setImmediate(done))
}
