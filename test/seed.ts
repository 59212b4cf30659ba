import fc from 'fast-check'

/**
 * Property tests draw the same cases in every run, so that a red build is the change's own doing. `WAYMARK_SEED=random npm test`
 * draws new ones, `WAYMARK_SEED=12345` those of that number; a failure prints the seed it came from.
 */
const wanted = process.env.WAYMARK_SEED
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted ?? 20_261_122) })
