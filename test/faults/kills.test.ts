import { killLoop } from './f01.killLoop.ts'
import { crashPoints } from './f02.crashPoints.ts'
import { renameKills } from './f03.renameKills.ts'
import { mutations } from './mutations.ts'
import { smokes } from './smoke.fixture.ts'

smokes([killLoop, crashPoints, renameKills, mutations])
