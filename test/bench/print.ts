import type { Goal, Report, Table } from './benchmark.ts'

/** A report as plain text: every table, what was asked for, and what to know. */
export function printed({ tables, goals, notes }: Report): string {
  return [...tables.map(printTable), ...(goals.length > 0 ? [printGoals(goals)] : []), notes.map(note => `· ${note}\n`).join('')].join('\n')
}

function printTable({ title, head, rows }: Table): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return `${[title, '', line(head), widths.map(width => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n')}\n`
}

function printGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ text, wanted, got, isMet }) => [text, wanted, got, isMet ? 'met' : 'MISSED'])
  return printTable({ title: 'Goals', head: ['', 'wanted', 'got', ''], rows })
}
