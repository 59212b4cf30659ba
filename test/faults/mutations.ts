import type { Mutation } from './crashChild.ts'
import { type Crash, crashAgainAndAgain } from './crashLoop.ts'
import type { Fault } from './fault.ts'

interface Broken {
  readonly mutation: Mutation
  readonly crash: Crash
  readonly times: number
  readonly shows: 'lost' | 'duplicated'
}

const power = { visit: 1, isForgetful: true, isEngineKilled: false }

/** Mistakes that spools are known for, and the death that brings each to light. */
const BROKEN: readonly Broken[] = [
  { mutation: 'acknowledge first', crash: { ...power, at: 'after_create_before_header' }, times: 1, shows: 'lost' },
  { mutation: 'do not sync', crash: { ...power, at: 'before_seal_rename' }, times: 1, shows: 'lost' },
  { mutation: 'do not look', crash: { ...power, at: 'after_insert_before_unlink' }, times: 1, shows: 'duplicated' },
  // The first process must have loaded the name that the second leaves behind and the third looks up.
  { mutation: 'name segments again', crash: { ...power, at: 'after_seal_rename', visit: 3 }, times: 4, shows: 'lost' },
]

export const mutations: Fault = {
  id: 'MUT',
  title: 'the harness itself: faults built in on purpose are seen',
  unit: 'rounds of each',
  sizes: { smoke: 1, middle: 2, long: 10 },
  async run({ size, log }) {
    const figures: Record<string, number> = {}
    const broken: string[] = []
    for (const { mutation, crash, times, shows } of BROKEN) {
      let seen = 0
      for (let round = 0; round < size; round++) {
        const outcome = await crashAgainAndAgain(
          Array.from({ length: times }, () => crash),
          { mutation, keepsEngine: true, log },
        )
        if (outcome[shows] === 0) broken.push(`“${mutation}” was not seen in round ${round}`)
        seen += outcome[shows]
      }
      figures[`${mutation}: ${shows === 'lost' ? 'LOST' : 'DUPS'}`] = seen
    }
    return { figures, broken }
  },
}
