import type {Msg, NatsConnection} from '@nats-io/nats-core'
import {CliError, ExitCode} from '../errors.ts'
import {ApiError} from './api-error.ts'
import {collectPages, type Listing} from './pages.ts'

export type ApiOptions = {
  /** `--js-domain`: the API of that domain. */
  domain?: string
  /** `--js-api-prefix`: instead of `$JS.API`; wins over the domain. */
  prefix?: string
  /** How long to wait for each answer, in milliseconds. */
  timeout: number
}

/** An object as the server sent it, fields unknown to this program included. */
export type Json = {[field: string]: unknown}

/**
 * The JetStream API as it is on the wire: requests and answers are JSON, and nothing is added, renamed or dropped on
 * the way, so that what a newer server knows survives being read, shown and written back.
 */
export class JetStreamApi {
  readonly connection: NatsConnection
  /** What the subject of every request begins with: `$JS.API`, without a dot at its end. */
  readonly prefix: string
  readonly timeout: number

  constructor(connection: NatsConnection, {domain, prefix, timeout}: ApiOptions) {
    this.connection = connection
    this.prefix = prefix || (domain ? `$JS.${domain}.API` : '$JS.API')
    this.timeout = timeout
  }

  /**
   * Sends one request and resolves to its answer.
   *
   * @param subject what follows the prefix: `STREAM.INFO.ORDERS`
   * @param timeout instead of `--timeout`, for what is known to take longer
   * @throws ApiError when the server refuses; CliError when nobody answers (7), too late (6), not permitted (4), or
   *   when the answer is not a JSON object
   */
  async request<T extends object = Json>(subject: string, payload?: object, timeout = this.timeout): Promise<T> {
    const full = `${this.prefix}.${subject}`
    const body = payload === undefined ? '' : JSON.stringify(payload)
    let reply: Msg
    try {
      reply = await this.connection.request(full, body, {timeout})
    } catch (error) {
      throw this.explain(error as Error, full, timeout)
    }
    return read(reply, full) as T
  }

  /**
   * A listing of any length: all pages, several requested at a time, nothing twice and nothing left out.
   *
   * @param key the field of the answer that holds the entries: `streams`, `consumers`
   */
  list<T>(subject: string, key: string, payload: object = {}): Promise<Listing<T>> {
    return collectPages<T>((offset) => this.request(subject, {...payload, offset}), key)
  }

  private explain(error: Error, subject: string, timeout: number): Error {
    const cause = (error.cause as Error | undefined) ?? error
    const names = [error.name, cause.name]
    if (names.includes('PermissionViolationError')) {
      return new CliError(`not permitted to publish to "${subject}"`, {
        exitCode: ExitCode.Auth,
        hint: 'ask for that permission, or use other credentials (--context, --creds, --user)',
        cause: error,
      })
    }
    if (names.includes('NoResponders')) {
      return new CliError(`JetStream is not available: nothing answers on ${this.prefix}`, {
        exitCode: ExitCode.NoResponders,
        hint: 'enable JetStream on the server, or name its domain with --js-domain',
        cause: error,
      })
    }
    if (names.includes('TimeoutError')) {
      return new CliError(`no answer to ${subject} within ${timeout / 1000}s`, {
        exitCode: ExitCode.Timeout,
        hint: 'raise --timeout to wait longer; the stream or the cluster may have no leader',
        cause: error,
      })
    }
    return error
  }
}

/** Reads an answer. Anything but a JSON object is told as what it is: the API may stand behind an odd import or proxy. */
function read(reply: Msg, subject: string): Json {
  const status = reply.headers?.code
  let answer: unknown
  try {
    answer = JSON.parse(reply.string())
  } catch {
    const said = status ? `status ${status} ${reply.headers?.description ?? ''}`.trim() : 'something that is not JSON'
    throw new CliError(`cannot read the answer to ${subject}: it is ${said}`)
  }
  if (!isObject(answer)) throw new CliError(`cannot read the answer to ${subject}: it is not a JSON object`)
  if (isObject(answer.error)) throw new ApiError(answer.error)
  if (answer.error) throw new ApiError({description: String(answer.error)})
  return answer
}

/** Whether a value of an answer is an object, and neither null nor a list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
