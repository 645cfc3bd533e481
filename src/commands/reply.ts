import {NatsCommand} from '../lib/command.ts'
import {Args, count, duration, Flags, header} from '../lib/flags.ts'
import {compileAnswer} from '../lib/message/answer.ts'
import type {Message} from '../lib/message/message.ts'
import {headerLines, renderBody} from '../lib/message/print.ts'
import {toRecord} from '../lib/message/record.ts'
import {respond} from '../lib/message/responder.ts'
import {checkQueue, checkSubject} from '../lib/message/subject.ts'
import {write} from '../lib/output/stdout.ts'
import {isOutputTerminal} from '../lib/output/terminal.ts'

/** Commands that may run at the same time, each for a request. */
const MOST_COMMANDS = 16

export default class Reply extends NatsCommand {
  static override summary = 'Answer requests with a text, the output of a command, or an echo'

  static override description =
    `The body, headers and arguments of --command are templates: those of publish, and {{Request}} and the tokens of the subject, {{0}} {{1}} ….

A command gets the request on stdin, its subject in NATS_REQUEST_SUBJECT and its body in NATS_REQUEST_BODY, and answers on stdout. No shell is involved. When it fails, the answer is empty with the header Nats-Service-Error.

Instances with the same queue group share the requests.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> "weather.*" "fine in {{1}}"',
    '<%= config.bin %> <%= command.id %> upper --command "tr a-z A-Z"',
    '<%= config.bin %> <%= command.id %> echo --echo --sleep 100ms --count 10',
  ]

  static override args = {
    subject: Args.string({description: 'Subject to answer on; can have wildcards', required: true}),
    body: Args.string({description: 'Body of the answers'}),
  }

  static override flags = {
    echo: Flags.boolean({
      summary: 'Answer with the body and the headers of the request (default without body and command)',
    }),
    command: Flags.string({helpValue: 'COMMAND', summary: 'Answer with what this command prints'}),
    queue: Flags.string({char: 'q', helpValue: 'GROUP', default: 'NATS-RPLY-22', summary: 'Queue group; "" for none'}),
    sleep: duration({helpValue: 'MAX', summary: 'Wait a random time up to this one before each answer'}),
    header,
    count: count({summary: 'End after this many answers', default: 0}),
  }

  async run() {
    const {args, flags} = await this.parse(Reply)
    checkSubject(args.subject, 'subject', {wildcards: true})
    if (flags.queue !== '') checkQueue(flags.queue)
    const answer = compileAnswer({...flags, body: args.body})
    const {interrupt} = this
    interrupt.addEventListener('abort', () => this.notice('Draining...'))

    const nc = await this.connect()
    if (args.body === undefined && flags.command === undefined && !flags.echo) {
      this.notice('No body or command supplied, enabling echo mode')
    }
    await respond(nc, answer, {
      ...flags,
      subject: args.subject,
      concurrent: flags.command === undefined ? Infinity : MOST_COMMANDS,
      signal: interrupt,
      onReady: () => this.notice(`Listening on "${args.subject}"${flags.queue && ` in group "${flags.queue}"`}`),
      onRequest: (request, number) => this.show(request, number),
      onProblem: (text) => this.warn(text),
    })
  }

  private show(request: Message, number: number): void {
    this.emit(toRecord(request, new Date()))
    this.notice(`[#${number}] Received on subject "${request.subject}":`)
    for (const line of headerLines(request.headers ?? [])) this.notice(line)
    if (!this.jsonOutput) write(renderBody(request.data, {raw: true, terminal: isOutputTerminal()}))
  }
}
