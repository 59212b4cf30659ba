/** A frame that no segment can hold, now or later; nothing of it was kept. Answered with 413. */
export class FrameTooLarge extends Error {
  override readonly name = 'FrameTooLarge'
}
