import { bombs } from './f21.bombs.ts'
import { smokes } from './smoke.fixture.ts'

smokes([bombs])
