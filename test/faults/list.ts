import { killLoop } from './f01.killLoop.ts'
import { crashPoints } from './f02.crashPoints.ts'
import { renameKills } from './f03.renameKills.ts'
import { ackOrder } from './f04.ackOrder.ts'
import { engineAway } from './f05.engineAway.ts'
import { diskFull } from './f06.diskFull.ts'
import { engineVolumeFull } from './f07.engineVolumeFull.ts'
import { syncFails } from './f08.syncFails.ts'
import { corruptSpool } from './f09.corruptSpool.ts'
import { drain } from './f10.drain.ts'
import { oneScheduler } from './f11.oneScheduler.ts'
import { migration } from './f12.migration.ts'
import { clockJumps } from './f13.clockJumps.ts'
import { poison } from './f14.poison.ts'
import { slowQueries } from './f15.slowQueries.ts'
import { hugeQuery } from './f16.hugeQuery.ts'
import { slowClients } from './f17.slowClients.ts'
import { engineCrash } from './f18.engineCrash.ts'
import { backup } from './f20.backup.ts'
import { bombs } from './f21.bombs.ts'
import type { Fault } from './fault.ts'
import { steady } from './loads/l1.steady.ts'
import { burst } from './loads/l2.burst.ts'
import { beacons } from './loads/l3.beacons.ts'
import { fat } from './loads/l4.fat.ts'
import { duplicates } from './loads/l5.duplicates.ts'
import { neighbour } from './loads/l6.neighbour.ts'
import { soak } from './loads/l7.soak.ts'
import { mutations } from './mutations.ts'

/** Every fault by number; `npm run bench -- faults` runs them in this order. */
export const FAULTS: readonly Fault[] = [
  killLoop,
  crashPoints,
  renameKills,
  ackOrder,
  engineAway,
  diskFull,
  engineVolumeFull,
  syncFails,
  corruptSpool,
  drain,
  oneScheduler,
  migration,
  clockJumps,
  poison,
  slowQueries,
  hugeQuery,
  slowClients,
  engineCrash,
  backup,
  bombs,
  mutations,
]

/** Every load. */
export const LOADS: readonly Fault[] = [steady, burst, beacons, fat, duplicates, neighbour, soak]
