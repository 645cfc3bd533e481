import {CliError, ExitCode} from '../errors.ts'

/** Codes of the server (its errors.json) for "it exists already" and "that is not the last sequence". */
const CONFLICTS = new Set([10013, 10058, 10065, 10070, 10071, 10105, 10148, 10164])

const HINTS: Record<number, string> = {
  10008: 'the cluster has no JetStream leader: most of its servers are down or cannot reach each other',
  10039: 'JetStream must be enabled for this account in the configuration of the server',
  10076: 'start the server with --jetstream, or a jetstream {} block in its configuration',
}

/** A refusal of the JetStream API, with the server's own code and description. */
export class ApiError extends CliError {
  /** HTTP-like: 400, 404, 503, … */
  readonly code: number
  /** The server's number for this very error, 10059 for instance; 0 where it gave none. */
  readonly errCode: number
  readonly description: string

  constructor(error: {code?: unknown; err_code?: unknown; description?: unknown}) {
    const code = Number(error.code) || 0
    const errCode = Number(error.err_code) || 0
    const description =
      typeof error.description === 'string' && error.description ? error.description : 'unknown JetStream error'
    super(`${description} (${errCode || code})`, {exitCode: exitCodeOf(code, errCode), hint: HINTS[errCode]})
    this.code = code
    this.errCode = errCode
    this.description = description
  }
}

function exitCodeOf(code: number, errCode: number): number {
  if (CONFLICTS.has(errCode)) return ExitCode.Conflict
  if (errCode === 10039 || errCode === 10076) return ExitCode.NoResponders
  if (code === 404 || errCode === 10043) return ExitCode.NotFound
  if (code === 401 || code === 403) return ExitCode.Auth
  if (code === 408) return ExitCode.Timeout
  return ExitCode.Failed
}

/** Whether the server says that there is no such stream, consumer or message. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404
}
