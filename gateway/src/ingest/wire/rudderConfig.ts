/** The control plane's answer to RudderStack's SDKs: one enabled source, no destinations, no reports of the SDK about itself. */
export function rudderConfig({ writeKey, sourceId }: { readonly writeKey: string; readonly sourceId: string }) {
  return {
    source: {
      id: sourceId,
      name: sourceId,
      writeKey,
      workspaceId: 'waymark',
      enabled: true,
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      connections: [],
      destinations: [],
      dataplanes: {},
    },
    consentManagementMetadata: { providers: [] },
  }
}
