import {NatsCommand} from '../lib/command.ts'
import {CliError} from '../lib/errors.ts'
import {Args, count, duration, Flags, header} from '../lib/flags.ts'
import {Composer} from '../lib/message/outgoing.ts'
import {headerLines, renderBody} from '../lib/message/print.ts'
import {runProgram, splitCommand} from '../lib/message/program.ts'
import {toRecord} from '../lib/message/record.ts'
import {type Reply, Requester} from '../lib/message/requester.ts'
import {openStdin} from '../lib/message/stdin.ts'
import {duration as humanDuration} from '../lib/output/human.ts'
import {write} from '../lib/output/stdout.ts'
import {isOutputTerminal} from '../lib/output/terminal.ts'

export default class Request extends NatsCommand {
  static override summary = 'Send a request and print the replies'
  static override aliases = ['req']

  static override description =
    `The body is the argument, or else what comes on stdin, as for publish; so are templates.

It fails when nobody listens (exit code 7), when no reply comes within --timeout (6), and when some came but fewer than were asked for (9).`

  static override examples = [
    '<%= config.bin %> <%= command.id %> weather.london now',
    '<%= config.bin %> <%= command.id %> services.ping "" --replies 0 --timeout 1s',
    'cat order.json | <%= config.bin %> <%= command.id %> orders.new --raw | jq .id',
    '<%= config.bin %> <%= command.id %> orders.list "" --translate "jq -C ."',
  ]

  static override args = {
    subject: Args.string({description: 'Subject to send the request to', required: true}),
    body: Args.string({description: 'Body of the request; without it, or with -, stdin is read'}),
  }

  static override flags = {
    header,
    count: count({summary: 'Send each request this many times', default: 1}),
    replies: count({summary: 'Wait for this many replies; 0 takes all that come within --timeout [default: 1]'}),
    'reply-timeout': duration({summary: 'Wait no longer than this for the next reply, once one has come'}),
    'wait-for-empty': Flags.boolean({summary: 'Take replies until one has an empty body'}),
    raw: Flags.boolean({char: 'r', summary: 'Print the bodies of the replies and nothing else'}),
    translate: Flags.string({helpValue: 'COMMAND', summary: 'Print what this command makes of the body on its stdin'}),
    'send-on': Flags.string({
      options: ['newline', 'eof'],
      default: 'eof',
      summary: 'Whether stdin is one request up to its end, or one a line',
    }),
    'force-stdin': Flags.boolean({summary: 'Read stdin even if there is a body'}),
    templates: Flags.boolean({allowNo: true, summary: 'Render templates, on stdin too; --no-templates renders none'}),
    wait: Flags.boolean({char: 'w', allowNo: true, default: true, hidden: true, summary: 'Wait for replies'}),
  }

  async run() {
    const {args, flags} = await this.parse(Request)
    const composer = new Composer({
      ...args,
      header: flags.header,
      forceStdin: flags['force-stdin'],
      templates: flags.templates,
      framing: flags['send-on'] as 'newline' | 'eof',
    })
    const program = flags.translate === undefined ? undefined : splitCommand(flags.translate, '--translate')
    const settings = await this.settings()
    const nc = await this.connect()
    const requester = new Requester(nc)
    const options = {
      replies: flags.replies ?? (flags['wait-for-empty'] ? 0 : 1),
      untilEmpty: flags['wait-for-empty'] ?? false,
      timeout: settings.timeout.value,
      gap: flags['reply-timeout'],
    }

    let failed = 0
    if (composer.fromStdin && !flags.raw) this.notice('Reading payload from STDIN')
    for await (const bodies of composer.bodies(openStdin, nc.info!.max_payload)) {
      for (const request of composer.messages(bodies, flags.count)) {
        if (!flags.raw) this.notice(`Sending request on "${request.subject}"`)
        if (!flags.wait) {
          await requester.send(request)
          continue
        }
        for await (const reply of requester.request(request, options)) {
          const failure = program && (await translate(reply, program))
          this.show(reply, flags.raw)
          if (!failure) continue
          failed++
          this.warn(`--translate: ${program[0]}: ${failure}`)
        }
      }
    }
    if (failed > 0) throw new CliError(`--translate failed for ${failed} of the replies`)
  }

  private show({message, rtt, time}: Reply, raw: boolean): void {
    this.emit({...toRecord(message, new Date(time)), rtt: Math.round(rtt * 1e6)})
    if (this.jsonOutput) return
    if (!raw) {
      this.notice(`Received with rtt ${humanDuration(rtt)}`)
      for (const line of headerLines(message.headers ?? [])) this.notice(line)
    }
    write(renderBody(message.data, {raw, terminal: isOutputTerminal()}))
  }
}

/** Puts what the program makes of the body in its place; gives why the program failed, if it did. */
async function translate({message}: Reply, program: string[]): Promise<string | undefined> {
  const {stdout, failure} = await runProgram(program, message.data)
  message.data = stdout
  return failure
}
