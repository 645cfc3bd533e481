import type {Msg, NatsConnection} from '@nats-io/nats-core'
import {CliError, describeError, ExitCode} from '../errors.ts'
import {bytes} from '../output/human.ts'
import {closeConnection} from './connect.ts'
import {type Dialled, dial, type Plan, planConnection} from './dial.ts'
import {connectionError, type Failure} from './failure.ts'
import {type Server, urlOf} from './servers.ts'
import type {Settings} from './settings.ts'
import type {Learnt, Stage} from './transport.ts'

/** One step on the way to a working connection. */
export type Step = {
  step: 'resolve' | 'connect' | 'proxy' | 'tls' | 'websocket' | 'info' | 'login' | 'jetstream'
  /** `none`: the server has no JetStream for this user, and nothing asked for it. */
  status: 'ok' | 'none' | 'failed'
  /** Nanoseconds. */
  duration: number
  /** What was learnt, by name. */
  detail: {[name: string]: string | string[] | number}
}

/** How one server fared; `failure` is that of its last step. */
export type Probe = {server: string; ok: boolean; steps: Step[]; failure?: Failure}

const STEPS: Record<Stage, Step['step']> = {
  resolve: 'resolve',
  connect: 'connect',
  proxy: 'proxy',
  upgrade: 'websocket',
  info: 'info',
  tls: 'tls',
  login: 'login',
}

/**
 * Connects to every server of the settings, one after the other, noting each step; does not throw when one fails.
 *
 * @throws UsageError for files that cannot be read
 */
export async function probe(settings: Settings): Promise<Probe[]> {
  const plan = await planConnection(settings)
  const probes: Probe[] = []
  for (const server of settings.server.value) probes.push(await probeServer(plan, server))
  return probes
}

/** The failure of all servers, or of some (exit code 9). */
export function probeError(probes: Probe[]): CliError {
  const failures = probes.flatMap(({failure}) => failure ?? [])
  if (failures.length === probes.length) return connectionError(failures)
  const {server, problem, hint} = failures[0]!
  const message = `${failures.length} of ${probes.length} servers cannot be used: ${server}: ${problem}`
  return new CliError(message, {exitCode: ExitCode.Partial, hint})
}

async function probeServer(plan: Plan, server: Server): Promise<Probe> {
  const steps: Step[] = []
  let last = performance.now()
  const note = (step: Step['step'], status: Step['status'], detail: Step['detail'] = {}) => {
    const now = performance.now()
    steps.push({step, status, duration: Math.round((now - last) * 1e6), detail})
    last = now
  }
  const failed = (failure: Failure): Probe => ({server: failure.server, ok: false, steps, failure})

  const attempt: Dialled = dial(plan, server, (stage, learnt) => note(STEPS[stage], 'ok', detailOf(learnt)))
  let connection: NatsConnection
  try {
    connection = await attempt.connected
  } catch (error) {
    note(STEPS[attempt.stage()], 'failed')
    return failed(attempt.explain(error as Error))
  }
  try {
    note('login', 'ok', await userOf(connection, plan, server))
    const jetstream = await askJetStream(connection, plan.settings)
    note('jetstream', jetstream.status, jetstream.detail)
    return {server: urlOf(server), ok: true, steps}
  } catch (error) {
    note('jetstream', 'failed')
    const {message: problem, hint = '', exitCode} = describeError(error)
    return failed({server: urlOf(server), problem, hint, exitCode})
  } finally {
    await closeConnection(connection)
  }
}

function detailOf({addresses, address, certificate, tls, info}: Learnt): Step['detail'] {
  if (addresses) return {addresses}
  if (address) return {address}
  if (tls) {
    const {subject, issuer, subjectaltname, valid_to} = certificate ?? {}
    return compact({
      protocol: tls,
      subject: String(subject?.CN ?? ''),
      names: subjectaltname?.replace(/(DNS|IP Address):/g, ''),
      issuer: String(issuer?.CN ?? ''),
      expires: valid_to && new Date(valid_to).toISOString(),
    })
  }
  if (!info) return {}
  const {server_name, version, cluster, max_payload} = info as typeof info & {cluster?: string}
  return compact({name: server_name, version, cluster, max_payload})
}

/** Who the server takes us for; servers before 2.10 and those that deny the question leave it at what was sent. */
async function userOf(connection: NatsConnection, {settings, logins}: Plan, server: Server): Promise<Step['detail']> {
  const sent = logins.get(server)?.sent.join(' and ') || 'nothing'
  try {
    const answer = await connection.request('$SYS.REQ.USER.INFO', '', {timeout: Math.min(settings.timeout.value, 1000)})
    const {data} = answer.json<{data?: {user?: string; account?: string}}>()
    return compact({user: data?.user, account: data?.account, sent})
  } catch {
    return {sent}
  }
}

type Account = {
  domain?: string
  streams?: number
  memory?: number
  storage?: number
  limits?: {max_memory: number; max_storage: number; max_streams: number; max_consumers: number}
  error?: {description?: string}
}

async function askJetStream(connection: NatsConnection, settings: Settings): Promise<Pick<Step, 'status' | 'detail'>> {
  const {'js-api-prefix': given, 'js-domain': domain, timeout} = settings
  const prefix = given?.value ?? (domain ? `$JS.${domain.value}.API` : '$JS.API')
  const absent = (reason: string) => {
    if (!given && !domain) return {status: 'none' as const, detail: {reason}}
    const options = {exitCode: ExitCode.NoResponders, hint: 'check --js-domain and --js-api-prefix'}
    throw new CliError(`no JetStream at ${prefix}: ${reason}`, options)
  }
  let answer: Msg
  try {
    answer = await connection.request(`${prefix}.INFO`, '', {timeout: timeout.value})
  } catch (error) {
    if (describeError(error).exitCode === ExitCode.NoResponders) return absent('nothing answers there')
    throw error
  }
  const {domain: named, streams, storage, memory, limits, error} = answer.json<Account>()
  if (error) return absent(error.description ?? 'refused')
  const of = (used = 0, limit = -1) => `${bytes(used)} of ${limit < 0 ? 'unlimited' : bytes(limit)}`
  const detail = compact({
    domain: named,
    streams,
    storage: of(storage, limits?.max_storage),
    memory: of(memory, limits?.max_memory),
  })
  return {status: 'ok', detail}
}

function compact(values: {[name: string]: string | number | undefined}): Step['detail'] {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(kept) as Step['detail']
}
