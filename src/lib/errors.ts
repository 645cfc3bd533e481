/** Exit codes, as listed in docs/output.md. */
export const ExitCode = {
  Done: 0,
  Failed: 1,
  Usage: 2,
  NotFound: 3,
  Auth: 4,
  Unreachable: 5,
  Timeout: 6,
  NoResponders: 7,
  Conflict: 8,
  Partial: 9,
  Different: 10,
} as const

/** A failure that is not a fault of this program: a message for the user, a hint what to do next, an exit code. */
export class CliError extends Error {
  readonly exitCode: number
  readonly hint?: string
  /** What the command found out although it fails: printed under --json like the result of one that does not. */
  readonly result?: unknown

  constructor(message: string, options: {exitCode?: number; hint?: string; cause?: unknown; result?: unknown} = {}) {
    super(message, {cause: options.cause})
    this.name = 'CliError'
    this.exitCode = options.exitCode ?? ExitCode.Failed
    this.hint = options.hint
    this.result = options.result
  }
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends CliError {
  /** The message as thrown: oclif's parser wraps the text of an error thrown while it parses a flag. */
  readonly detail: string

  constructor(message: string, hint?: string) {
    super(message, {exitCode: ExitCode.Usage, hint})
    this.name = 'UsageError'
    this.detail = message
  }
}

/** A context, stream, key, … that is not there: exit code 3. */
export class NotFoundError extends CliError {
  constructor(message: string, hint?: string) {
    super(message, {exitCode: ExitCode.NotFound, hint})
    this.name = 'NotFoundError'
  }
}

/** Ends the command with an exit code that is its result, as that of a program it ran: there is nothing to tell. */
export class Exit extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** What the user is told about a failure. `stack` is set for faults of this program only. */
export type Described = {message: string; hint?: string; exitCode: number; stack?: string}

type Thrown = Error & {code?: string; subject?: string; operation?: string; args?: unknown[]; flags?: string[]}
type Rule = {when: (error: Thrown) => boolean; tell: (error: Thrown) => Described}

const named =
  (...names: string[]) =>
  (error: Thrown) =>
    names.includes(error.name)

/** nats.js errors by the name each sets, so that telling of an error loads no client library. */
const rules: Rule[] = [
  {
    when: (error) => error instanceof UsageError,
    tell: (error) => {
      const {detail, hint, exitCode} = error as UsageError
      return {message: detail, hint, exitCode}
    },
  },
  {
    when: (error) => error instanceof CliError,
    tell: (error) => {
      const {message, hint, exitCode} = error as CliError
      return {message, hint, exitCode}
    },
  },
  {
    when: named('ExitPromptError', 'AbortPromptError'),
    tell: () => ({message: 'interrupted', exitCode: 130}),
  },
  {
    when: named('PermissionViolationError'),
    tell: ({operation, subject}) => ({
      message: `not permitted to ${operation === 'subscription' ? 'subscribe to' : 'publish to'} "${subject}"`,
      hint: 'ask for that permission, or use other credentials (--context, --creds, --user)',
      exitCode: ExitCode.Auth,
    }),
  },
  {
    when: named('AuthorizationError', 'UserAuthenticationExpiredError'),
    tell: ({message}) => ({
      message: message.toLowerCase(),
      hint: 'check the credentials; `nats context explain` shows which are used and where they come from',
      exitCode: ExitCode.Auth,
    }),
  },
  {
    // What failed a request is its cause: denied, nobody there, timed out.
    when: (error) => named('RequestError')(error) && error.cause instanceof Error,
    tell: ({cause}) => describeError(cause),
  },
  {
    when: named('NoResponders'),
    tell: ({message}) => ({message, hint: 'nothing listens on that subject', exitCode: ExitCode.NoResponders}),
  },
  {
    when: (error) => named('InvalidArgumentError')(error) && error.message.includes('max_payload'),
    tell: () => ({
      message: 'the message is larger than the server takes',
      hint: 'the limit is max_payload in the configuration of the server',
      exitCode: ExitCode.Failed,
    }),
  },
  {
    when: named('TimeoutError'),
    tell: () => ({message: 'timed out', hint: 'raise --timeout to wait longer', exitCode: ExitCode.Timeout}),
  },
  {
    when: named('InvalidSubjectError'),
    tell: ({message}) => ({message, exitCode: ExitCode.Usage}),
  },
  {
    when: named('ConnectionError', 'ClosedConnectionError', 'DrainingConnectionError', 'RequestError'),
    tell: ({message}) => ({message, exitCode: ExitCode.Unreachable}),
  },
  {
    when: named('ExitPromptError'),
    tell: () => ({message: 'interrupted', exitCode: 130}),
  },
  {
    when: (error) => error.code === 'ENOSPC',
    tell: ({message}) => ({message: `no space left on the disk: ${message}`, exitCode: ExitCode.Failed}),
  },
  {
    when: (error) => typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code),
    tell: ({message}) => ({message, exitCode: ExitCode.Failed}),
  },
]

/**
 * Turns anything thrown into what the user is told: one table for the whole program.
 * A thing that no rule knows is our own fault: exit code 1, with its stack.
 */
export function describeError(thrown: unknown): Described {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as Thrown
  const rule = rules.find(({when}) => when(error))
  return rule ? rule.tell(error) : {message: error.message, exitCode: ExitCode.Failed, stack: error.stack}
}
