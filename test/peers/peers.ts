/** The peers' SDKs that must work with nothing changed but the host, each in a form that its users run. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { EventType } from '../../schemas/src/event.ts'

export interface Peer {
  readonly id: string
  readonly package: string
  /** What is run of it. */
  readonly form: string
  readonly runsIn: 'Chromium' | 'Node'
  readonly calls: readonly EventType[]
  /** All that a user says of the gateway, as it stands in the docs. */
  readonly says: string
  /** It holds what it has for minutes, or until its page is left. */
  readonly sendsOnLeave?: true
}

const SIX = ['page', 'identify', 'group', 'track', 'screen', 'alias'] as const
const FIVE = ['page', 'identify', 'group', 'track', 'alias'] as const

export const PEERS = [
  {
    id: 'analytics-next',
    package: '@segment/analytics-next',
    form: 'as the gateway’s settings have it: one request a call',
    runsIn: 'Chromium',
    calls: SIX,
    says: "AnalyticsBrowser.load({ writeKey, cdnURL: 'https://collect.example.com' })",
  },
  {
    id: 'analytics-next-batching',
    package: '@segment/analytics-next',
    form: 'batching, by an option of the page',
    runsIn: 'Chromium',
    calls: SIX,
    says: "AnalyticsBrowser.load({ writeKey, cdnURL: 'https://collect.example.com' }, { integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching' } } } })",
  },
  {
    id: 'snippet',
    package: '@segment/snippet',
    form: 'the snippet in a page; the script comes from the gateway',
    runsIn: 'Chromium',
    calls: SIX,
    says: 't.src = "https://collect.example.com/analytics.js/v1/" + key + "/analytics.min.js"',
  },
  {
    id: 'rudder-js-plain',
    package: '@rudderstack/analytics-js',
    form: 'the plain package; its plugins come from the gateway',
    runsIn: 'Chromium',
    calls: FIVE,
    says: "rudderanalytics.load(writeKey, 'https://collect.example.com', { configUrl: 'https://collect.example.com', pluginsSDKBaseURL: 'https://collect.example.com/v3/modern/plugins' })",
  },
  {
    id: 'rudder-js',
    package: '@rudderstack/analytics-js',
    form: 'bundled',
    runsIn: 'Chromium',
    calls: FIVE,
    says: "rudderanalytics.load(writeKey, 'https://collect.example.com', { configUrl: 'https://collect.example.com' })",
  },
  {
    id: 'rudder-js-lite',
    package: '@rudderstack/analytics-js',
    form: 'lite',
    runsIn: 'Chromium',
    calls: FIVE,
    says: "rudderanalytics.load(writeKey, 'https://collect.example.com', { configUrl: 'https://collect.example.com' })",
  },
  {
    id: 'rudder-js-beacon',
    package: '@rudderstack/analytics-js',
    form: 'bundled, by beacons (an option of the page)',
    runsIn: 'Chromium',
    calls: FIVE,
    says: "rudderanalytics.load(writeKey, 'https://collect.example.com', { configUrl: 'https://collect.example.com', useBeacon: true })",
    sendsOnLeave: true,
  },
  {
    id: 'analytics-node',
    package: '@segment/analytics-node',
    form: 'as it is',
    runsIn: 'Node',
    calls: SIX,
    says: "new Analytics({ writeKey, host: 'https://collect.example.com' })",
  },
  {
    id: 'rudder-node',
    package: '@rudderstack/rudder-sdk-node',
    form: 'as it is (gzip)',
    runsIn: 'Node',
    calls: SIX,
    says: "new Analytics(writeKey, { dataPlaneUrl: 'https://collect.example.com' })",
  },
] as const satisfies readonly Peer[]

export type PeerId = (typeof PEERS)[number]['id']

/** Ids that no other peer of a run uses. */
export interface Ids {
  readonly userId: string
  readonly oldUserId: string
  readonly newUserId: string
  readonly groupId: string
}

export function idsOf({ id }: Pick<Peer, 'id'>): Ids {
  return { userId: `u-${id}`, oldUserId: `old-${id}`, newUserId: `new-${id}`, groupId: `g-${id}` }
}

/** Version of an installed package; throws when the installation failed: a peer that is missing is a failure. */
export function versionOf(name: string): string {
  const manifest = JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}

/** Not every package lets its manifest be imported. */
function folderOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? []
  const found = paths.map(path => join(path, name)).find(folder => hasManifest(folder))
  if (found === undefined)
    throw new Error(`${name} is not installed beside ${dirname(import.meta.filename)}: run npm test again, its installation failed.`)
  return found
}

function hasManifest(folder: string): boolean {
  try {
    readFileSync(join(folder, 'package.json'))
    return true
  } catch {
    return false
  }
}
