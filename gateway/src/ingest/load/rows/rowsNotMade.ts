/** A segment's rows could not be made, this time. */
export class RowsNotMade extends Error {
  override readonly name: string = 'RowsNotMade'
}

/** It was ended, because it took too long. */
export class RowsTooSlow extends RowsNotMade {
  override readonly name = 'RowsTooSlow'
}

/** Nobody makes rows any more; that says nothing of these. */
export class RowsStopped extends RowsNotMade {
  override readonly name = 'RowsStopped'
}

/** The thread ended with what it was at before: that says nothing of these, whose memory is gone. */
export class RowsNotBegun extends RowsNotMade {
  override readonly name = 'RowsNotBegun'
}

/** Whether the rows may be what it died of. */
export function isOfTheRows(error: unknown): error is RowsNotMade {
  return error instanceof RowsNotMade && !(error instanceof RowsStopped || error instanceof RowsNotBegun)
}
