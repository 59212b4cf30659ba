import { ackOrder } from './f04.ackOrder.ts'
import { drain } from './f10.drain.ts'
import { oneScheduler } from './f11.oneScheduler.ts'
import { migration } from './f12.migration.ts'
import { clockJumps } from './f13.clockJumps.ts'
import { slowQueries } from './f15.slowQueries.ts'
import { slowClients } from './f17.slowClients.ts'
import { backup } from './f20.backup.ts'
import { smokes } from './smoke.fixture.ts'

smokes([ackOrder, drain, oneScheduler, migration, clockJumps, slowQueries, slowClients, backup])
