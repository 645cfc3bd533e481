import {bytes, duration} from '../output/human.ts'
import type {Row, Section} from '../output/record.ts'
import {chooseLogin} from './auth.ts'
import type {Probe, Step} from './probe.ts'
import {maskedUrlOf, urlOf} from './servers.ts'
import {type Setting, type SettingName, type Settings, type Source, sourceOf} from './settings.ts'

/** One setting as it may be shown; `value` and `source` are null when nothing sets it. */
export type ShownSetting = {setting: SettingName; value: string | boolean | null; source: Source | null}

const LABELS: Record<SettingName, string> = {
  server: 'Server',
  user: 'User',
  password: 'Password',
  token: 'Token',
  creds: 'Credentials',
  nsc: 'Credentials of nsc',
  nkey: 'NKey',
  jwt: 'JWT',
  seed: 'Seed',
  tlscert: 'Certificate',
  tlskey: 'Key',
  tlsca: 'CA',
  tlsfirst: 'TLS First',
  'socks-proxy': 'SOCKS5 Proxy',
  timeout: 'Timeout',
  'connection-name': 'Connection Name',
  'inbox-prefix': 'Inbox Prefix',
  'js-domain': 'JS Domain',
  'js-api-prefix': 'JS API Prefix',
  'js-event-prefix': 'JS Event Prefix',
  colors: 'Color Scheme',
}
const names = Object.keys(LABELS) as SettingName[]

/** Every setting with its source, secrets masked. */
export function showSettings(settings: Settings): ShownSetting[] {
  return names.map((setting) => ({
    setting,
    value: shown(setting, settings) ?? null,
    source: settings[setting]?.source ?? null,
  }))
}

function shown(name: SettingName, settings: Settings): string | boolean | undefined {
  if (name === 'server') return settings.server.value.map(maskedUrlOf).join(', ')
  if (name === 'timeout') return duration(settings.timeout.value)
  if (name === 'tlsfirst') return settings.tlsfirst.value
  const setting: Setting | undefined = settings[name]
  if (!setting) return undefined
  const {value} = setting
  if (name === 'password' || name === 'token') return '***'
  if ((name === 'jwt' || name === 'seed') && !/[/.\\~]/.test(value)) return '***'
  if (name === 'jwt' && value.startsWith('eyJ')) return '***'
  if (value.startsWith('data:')) return 'embedded data'
  return name === 'socks-proxy' ? value.replace(/\/\/.*@/, '//***@') : value
}

/** What is presented to each server, and what is not, in words. */
export type ShownLogin = {server: string; sent: string[]; unused: string[]}

export function showLogins(settings: Settings): ShownLogin[] {
  return settings.server.value.map((server) => {
    const {sent, unused} = chooseLogin(settings, server)
    return {server: urlOf(server), sent, unused}
  })
}

/** The settings and logins as sections of a record for people. */
export function settingsSections(settings: Settings, logins: ShownLogin[]): Section[] {
  const rows = showSettings(settings)
    .filter(({value}) => value !== null)
    .map(({setting, value, source}): Row => {
      const from = source!.from === 'default' ? 'default' : sourceOf({source: source!}, setting)
      return [LABELS[setting], `${value} (${from})`]
    })
  const same = new Set(logins.map(({sent, unused}) => JSON.stringify([sent, unused]))).size === 1
  const told = same ? logins.slice(0, 1) : logins
  return [
    {rows},
    ...told.map(({server, sent, unused}) => ({
      title: same ? 'Credentials' : `Credentials for ${server}`,
      rows: [
        ['Sent', sent.length > 0 ? sent : 'none'],
        ['Not sent', unused.length > 0 ? unused : undefined],
      ] as Row[],
    })),
  ]
}

const STEP_LABELS: Record<Step['step'], string> = {
  resolve: 'Resolve',
  connect: 'Connect',
  proxy: 'SOCKS5 Proxy',
  tls: 'TLS',
  websocket: 'Websocket',
  info: 'Server Info',
  login: 'Authentication',
  jetstream: 'JetStream',
}

/** What was found on the way to each server, as sections of a record for people. */
export function probeSections(probes: Probe[]): Section[] {
  return probes.map(({server, steps, failure}) => ({
    title: server,
    rows: [
      ...steps.map((step): Row => [STEP_LABELS[step.step], told(step, failure?.problem)]),
      ['What to do', failure?.hint || undefined] as Row,
    ],
  }))
}

function told({status, duration: nanoseconds, detail}: Step, problem?: string): string {
  const words = Object.entries(detail).map(([name, value]) =>
    name === 'max_payload' ? `maximum payload ${bytes(Number(value))}` : `${name} ${String(value)}`,
  )
  const result = {ok: 'ok', none: 'none', failed: 'FAILED'}[status]
  return [`${result} in ${duration(nanoseconds / 1e6)}`, ...(status === 'failed' ? [problem!] : words)].join(', ')
}
