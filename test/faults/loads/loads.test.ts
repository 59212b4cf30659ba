import { LOADS } from '../list.ts'
import { smokes } from '../smoke.fixture.ts'

smokes(LOADS)
