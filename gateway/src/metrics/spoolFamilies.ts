import type { SpoolBacklog } from '../ingest/spool/spoolBacklog.ts'
import { counter, type Family, gauge } from './exposition.ts'

/** What waits on the disk. `oldestSealedAt`: creation of the oldest segment that the loader could have loaded. Pure. */
export function spoolFamilies(spool: SpoolBacklog, oldestSealedAt: number | null, now: number): Family[] {
  const age = (at: number | null) => (at === null ? 0 : Math.max(0, now - at) / 1000)
  return [
    gauge('waymark_spool_bytes', 'Acknowledged events that wait on the disk.', spool.bytes),
    gauge('waymark_spool_limit_bytes', 'Above it everything is refused; from 80 % on the sources share what is left.', spool.maxBytes),
    gauge('waymark_spool_segments', 'Segments that wait, the open one included.', spool.segments),
    gauge('waymark_spool_oldest_age_seconds', 'Age of the oldest segment that waits, the open one included.', age(spool.oldestAt)),
    gauge('waymark_loader_lag_seconds', 'Age of the oldest finished segment that is not loaded; 0 when none waits.', age(oldestSealedAt)),
    gauge('waymark_spool_drain_bytes_per_second', 'Bytes loaded in a second, of late.', spool.drain),
    gauge('waymark_spool_volume_free_bytes', 'Free on the volume of the spool.', spool.freeBytes),
    gauge('waymark_spool_unreadable_files', 'Files that the disk does not give; they may hold acknowledged events.', spool.unreadable),
    counter('waymark_spool_corrupt_frames_total', 'Damaged places found; their bytes are kept as .bad files.', spool.damaged),
    counter('waymark_spool_corrupt_bytes_total', 'Bytes of damaged places.', spool.damagedBytes),
    counter(
      'waymark_spool_refused_total',
      'Appends refused with 429, by cause.',
      Object.entries(spool.refused).map(([cause, value]) => ({ labels: { cause }, value })),
    ),
  ]
}
