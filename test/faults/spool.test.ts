import { diskFull } from './f06.diskFull.ts'
import { syncFails } from './f08.syncFails.ts'
import { corruptSpool } from './f09.corruptSpool.ts'
import { smokes } from './smoke.fixture.ts'

smokes([diskFull, syncFails, corruptSpool])
