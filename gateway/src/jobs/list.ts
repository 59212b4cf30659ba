import type { Job } from './job.ts'
import { membershipsJob } from './memberships.ts'
import { ordersJob } from './orders.ts'
import { planViolationsJob } from './planViolations.ts'
import type { Timetable } from './scheduler.ts'
import { scoresJob } from './scores.ts'
import { stagesJob } from './stages.ts'
import { stitchJob } from './stitch.ts'
import { touchesJob } from './touches.ts'

/** The pipeline: each job reads what the ones before it wrote. */
export const JOBS: readonly Job[] = [stitchJob, membershipsJob, touchesJob, ordersJob, scoresJob, stagesJob, planViolationsJob]

const EVERY_MS = 20_000

/** All jobs have one rhythm: a score must not be fresher than the stage that follows from it. */
export const TIMETABLE: readonly Timetable[] = JOBS.map(({ name }) => ({ job: name, everyMs: EVERY_MS }))
