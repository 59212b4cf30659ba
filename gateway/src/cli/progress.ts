import { count, type Terminal } from './terminal.ts'

export interface Progress {
  update(done: { events: number; bytes: number }): void
  /** Leaves the line clean for what follows. */
  end(): void
}

const REDRAW_MS = 100
const PLAIN_MS = 5000

/** A bar that is redrawn on a terminal, a plain line every 5 s elsewhere. Without a known size, counts only. */
export function createProgress(terminal: Terminal, total: number | null, now: () => number): Progress {
  const start = now()
  let shownAt = terminal.isTty ? Number.NEGATIVE_INFINITY : start

  return {
    update({ events, bytes }) {
      if (now() - shownAt < (terminal.isTty ? REDRAW_MS : PLAIN_MS)) return
      shownAt = now()
      const line = progressLine({ events, bytes, total, elapsedMs: now() - start, barWidth: terminal.isTty ? 24 : 0 })
      terminal.err(terminal.isTty ? `\r\x1b[2K${line.slice(0, Math.max(10, terminal.columns - 1))}` : `${line}\n`)
    },
    end() {
      if (terminal.isTty) terminal.err('\r\x1b[2K')
    },
  }
}

export interface ProgressState {
  readonly events: number
  readonly bytes: number
  readonly total: number | null
  readonly elapsedMs: number
  /** 0: no bar. */
  readonly barWidth: number
}

/** `███████░░░  42%  3,000 events  1,200/s  4 s left`. */
function progressLine({ events, bytes, total, elapsedMs, barWidth }: ProgressState): string {
  const seconds = elapsedMs / 1000
  const parts = [`${count(events)} events`, `${count(seconds > 0 ? Math.round(events / seconds) : 0)}/s`]
  if (total !== null && total > 0) {
    const share = Math.min(1, bytes / total)
    parts.unshift(`${String(Math.floor(share * 100)).padStart(3)}%`)
    if (barWidth > 0) parts.unshift('█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░'))
    if (share > 0) parts.push(`${duration((seconds / share) * (1 - share))} left`)
  }
  return parts.join('  ')
}

/** `59 s`, `4 min 10 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
