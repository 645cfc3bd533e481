import {textSettings} from '../connection/settings.ts'
import {type Context, emptyContext} from './context.ts'

/** The flags, and the variables for them, that are saved in a context, and under which key: those that connecting reads back, and a description. */
const saved: Record<string, {key?: string; env?: string}> = {
  ...textSettings,
  tlsfirst: {key: 'tls_first'},
  description: {key: 'description'},
}

/** Settings from the command line and the environment; `variables` are those that gave one. */
export type Given = {settings: Partial<Context>; variables: string[]}

/** What flags and environment give for a context. A flag goes before its variable; an empty flag unsets, an empty variable does not count. */
export function givenSettings(flags: Record<string, unknown>, env: NodeJS.ProcessEnv): Given {
  const settings: Record<string, unknown> = {}
  const variables: string[] = []
  for (const [flag, {key, env: variable}] of Object.entries(saved)) {
    if (!key) continue
    const fromVariable = variable && env[variable]
    if (flags[flag] === undefined && fromVariable) variables.push(variable)
    const value = flags[flag] ?? (fromVariable || undefined)
    if (value !== undefined) settings[key] = value
  }
  return {settings, variables}
}

/** `context` with what was given anew. A user for whom no password is known is a token, as for the connection flags. */
export function withGiven(context: Context | undefined, {settings}: Given): Context {
  const result = {...emptyContext, ...context, ...settings}
  if (settings.user && !result.password) return {...result, user: context?.user ?? '', token: settings.user}
  return result
}

/** What the user should know who looks at the selected context: what of the environment goes before it. One sentence each. */
export function overrides(env: NodeJS.ProcessEnv): string[] {
  const variables = Object.values(saved).flatMap(({key, env: variable}) =>
    key && variable && env[variable] ? [variable] : [],
  )
  const told = []
  if (env.NATS_CONTEXT)
    told.push(`NATS_CONTEXT goes before the selected context: commands use ${JSON.stringify(env.NATS_CONTEXT)}`)
  if (variables.length > 0)
    told.push(`set in the environment, and used in place of what the context says: ${variables.join(', ')}`)
  return told
}
