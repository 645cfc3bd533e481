import {UsageError} from '../errors.ts'
import {compileHeaders, type HeaderList, parseHeaders} from './headers.ts'
import type {Message} from './message.ts'
import {runProgram, splitCommand} from './program.ts'
import {compileTemplate} from './templates.ts'

/** What `reply` is told to answer with; without a body and a command it sends back what it got. */
export type AnswerOptions = {body?: string; command?: string; echo?: boolean; header?: string[]}

export type Answer = {
  data: Uint8Array
  headers?: HeaderList
  /** Why there is no better answer, for whoever runs `reply`. */
  problem?: string
}

/** Makes the answer to a request; `count` is its number. A `signal` ends a command that runs for it. */
export type Answerer = (request: Message, count: number, signal: AbortSignal) => Answer | Promise<Answer>

/** The most that Linux takes for one variable of the environment (MAX_ARG_STRLEN), and some room for its name. */
const LARGEST_VARIABLE = 128 * 1024 - 64

/**
 * Reads the options once: templates of the body, of headers and of the arguments of a command.
 *
 * @throws UsageError for templates, headers or a command that cannot be, and for two kinds of answer at once
 */
export function compileAnswer({body, command, echo, header}: AnswerOptions): Answerer {
  if ([body !== undefined, command !== undefined, echo === true].filter(Boolean).length > 1) {
    throw new UsageError('a body, --command and --echo exclude each other: each is an answer of its own')
  }
  const own = compileHeaders(parseHeaders(header), {templates: true, inReply: true})
  if (command !== undefined) return compileCommand(command, own)
  if (body === undefined) {
    return (request, count) => ({
      data: request.data,
      headers: [
        ['NATS-Reply-Counter', String(count)],
        ...(request.headers ?? []),
        ...(own.render({count, request}) ?? []),
      ],
    })
  }
  const template = compileTemplate(body, 'body', {inReply: true})
  return (request, count) => ({
    data: Buffer.from(template.render({count, request})),
    headers: own.render({count, request}),
  })
}

/**
 * The command is split into its arguments before text of a message comes in, so that no message can add one, and the program is
 * never taken from a message.
 */
function compileCommand(command: string, own: ReturnType<typeof compileHeaders>): Answerer {
  const [program, ...words] = splitCommand(command, '--command') as [string, ...string[]]
  if (program.includes('{{')) throw new UsageError('--command: the program itself cannot be a template')
  const args = words.map((word) => compileTemplate(word, '--command', {inReply: true}))
  return async (request, count, signal) => {
    const values = {count, request}
    const argv = [program, ...args.map((arg) => arg.render(values))]
    const {stdout, failure} = await runProgram(argv, request.data, {env: environment(request), signal})
    const headers = own.render(values)
    if (!failure) return {data: stdout, headers}
    // As NATS services tell of an error (ADR-32). Nothing of the command line, which is not the requester's business.
    const error: HeaderList = [
      ['Nats-Service-Error-Code', '500'],
      ['Nats-Service-Error', `the command failed: ${failure}`],
    ]
    return {data: Buffer.alloc(0), headers: [...(headers ?? []), ...error], problem: `${program}: ${failure}`}
  }
}

/** The subject and the body as variables; no body that cannot be one, which the program finds on its stdin all the same. */
function environment({subject, data}: Message): Record<string, string> {
  const env: Record<string, string> = {NATS_REQUEST_SUBJECT: subject}
  if (data.length <= LARGEST_VARIABLE && !data.includes(0)) env.NATS_REQUEST_BODY = Buffer.from(data).toString()
  return env
}
