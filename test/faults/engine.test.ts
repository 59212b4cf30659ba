import { engineAway } from './f05.engineAway.ts'
import { engineVolumeFull } from './f07.engineVolumeFull.ts'
import { poison } from './f14.poison.ts'
import { hugeQuery } from './f16.hugeQuery.ts'
import { engineCrash } from './f18.engineCrash.ts'
import { smokes } from './smoke.fixture.ts'

smokes([engineAway, engineVolumeFull, poison, hugeQuery, engineCrash])
