import type { IntentModel, JourneyModel } from '@waymark/schemas/model'

/** The active models: one scores, any number place. */
export interface Models {
  readonly intent: IntentModel
  readonly journeys: readonly JourneyModel[]
}
