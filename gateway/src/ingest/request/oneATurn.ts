/** Resolves in a turn of the event loop that no other caller has: whatever else is ready, the health probe among it, comes between two of them. */
export function createOneATurn(): () => Promise<void> {
  const waiting: (() => void)[] = []
  let isArmed = false

  function next(): void {
    const go = waiting.shift()
    isArmed = go !== undefined
    if (go === undefined) return
    // Before it goes on: it may take long, and what is armed now comes after the next look at the sockets.
    setImmediate(next)
    go()
  }

  return () =>
    new Promise(resolve => {
      waiting.push(resolve)
      if (isArmed) return
      isArmed = true
      setImmediate(next)
    })
}
