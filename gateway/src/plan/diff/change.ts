/** `breaking`: an event that was right may be wrong now. `check`: what was not looked at is looked at now. `compatible`: every event that was right still is. */
export type ChangeLevel = 'breaking' | 'check' | 'compatible'

export interface Change {
  readonly level: ChangeLevel
  /** JSON pointer into the new plan, or into the old one where it is gone. */
  readonly path: string
  readonly message: string
}
