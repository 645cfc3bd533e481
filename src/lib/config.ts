import type {Config} from '@oclif/core'

/**
 * The part of oclif's Config that running one command needs. Config.load() reads package.json, looks for plugins, the
 * shell and user themes, which takes 13 ms; nothing of that is used here.
 */
export const config = {
  bin: 'nats',
  name: 'nats',
  version: VERSION,
  topicSeparator: ' ',
  pjson: {oclif: {}},
  plugins: new Map(),
  runHook: async () => ({successes: [], failures: []}),
  scopedEnvVar: () => undefined,
  scopedEnvVarKey: (name: string) => name,
  scopedEnvVarKeys: () => [],
} as unknown as Config
