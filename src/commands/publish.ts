import {NatsCommand} from '../lib/command.ts'
import {CliError, ExitCode, UsageError} from '../lib/errors.ts'
import {Args, count, duration, Flags, header} from '../lib/flags.ts'
import {checkStoring, storeFlags} from '../lib/jetstream/publish/flags.ts'
import type {PublishFlags} from '../lib/jetstream/publish/store.ts'
import {Composer, type Outgoing} from '../lib/message/outgoing.ts'
import {Publisher} from '../lib/message/publisher.ts'
import {readsStdin} from '../lib/message/stdin.ts'
import {checkSubject} from '../lib/message/subject.ts'
import {counted, duration as humanDuration, number} from '../lib/output/human.ts'
import {Progress} from '../lib/output/progress.ts'

/** Up to this many messages are told one by one. */
const TOLD_ONE_BY_ONE = 20

export default class Publish extends NatsCommand {
  static override summary = 'Publish messages to a subject'
  static override aliases = ['pub']

  static override description =
    `The body is the argument, or else what comes on stdin: byte for byte, as one message or one a line (--send-on newline).

The argument, the subject and headers are templates: {{Count}}, {{Random 5 10}}, {{Time}}, {{TimeStamp}}, {{Unix}}, {{UnixNano}} and {{ID}}. Stdin is one only with --templates.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> orders.new "order 17"',
    '<%= config.bin %> <%= command.id %> "orders.{{Count}}" "at {{TimeStamp}}" --count 3 --sleep 100ms',
    '<%= config.bin %> <%= command.id %> --jetstream orders.new "order 17" -H "Nats-Msg-Id:17"',
    'tail -f app.log | <%= config.bin %> <%= command.id %> logs --send-on newline',
    '<%= config.bin %> subscribe "orders.>" --json | <%= config.bin %> <%= command.id %> --context other --ndjson',
  ]

  static override args = {
    subject: Args.string({description: 'Subject to publish to; with --ndjson, in place of those of the records'}),
    body: Args.string({description: 'Body of the message; without it, or with -, stdin is read'}),
  }

  static override flags = {
    reply: Flags.string({helpValue: 'SUBJECT', summary: 'Subject that answers shall go to'}),
    header,
    count: count({summary: 'Publish each message this many times', default: 1}),
    sleep: duration({summary: 'Wait this long between messages'}),
    'send-on': Flags.string({
      options: ['newline', 'eof'],
      default: 'eof',
      summary: 'Whether stdin is one message up to its end, or one a line',
    }),
    ndjson: Flags.boolean({
      summary: 'Publish the records on stdin, as subscribe --json writes them: subject, headers and bytes',
    }),
    'force-stdin': Flags.boolean({summary: 'Read stdin even if there is a body'}),
    templates: Flags.boolean({allowNo: true, summary: 'Render templates, on stdin too; --no-templates renders none'}),
    quiet: Flags.boolean({char: 'q', summary: 'Print nothing but errors'}),
    ...storeFlags,
  }

  async run() {
    const {args, flags} = await this.parse(Publish)
    if (args.subject === undefined && !flags.ndjson) throw new UsageError("required argument 'subject' not provided")
    if (args.body !== undefined && flags.ndjson)
      throw new UsageError('--ndjson takes the bodies from stdin, not from an argument')
    if (flags.reply !== undefined) checkSubject(flags.reply, '--reply')
    const storing = checkStoring(
      flags,
      flags.ndjson || (flags['send-on'] === 'newline' && readsStdin(args.body, flags['force-stdin'])),
    )
    const composer = new Composer({
      subject: args.subject,
      body: args.body,
      header: flags.header,
      forceStdin: flags['force-stdin'],
      templates: flags.templates,
      framing: flags.ndjson ? 'ndjson' : (flags['send-on'] as 'newline' | 'eof'),
    })
    const many = flags.count > TOLD_ONE_BY_ONE
    if (storing) return this.store(composer, flags, many)
    const tell = ({subject, data}: Outgoing) => this.notice(`Published ${data.length} bytes to "${subject}"`)
    const publisher = new Publisher(await this.connect(), {
      reply: flags.reply,
      timeout: (await this.settings()).timeout.value,
      onLost: (lost) => this.warn(`The connection broke; ${counted(lost, 'message')} may not have arrived`),
      onConfirmed: flags.quiet || many ? undefined : tell,
    })
    if (composer.fromStdin && !flags.quiet) this.notice('Reading payload from STDIN')

    const started = performance.now()
    const progress = many && !flags.quiet && composer.single ? new Progress(flags.count) : undefined
    try {
      await publisher.publishAll(composer, {...flags, oneByOne: !many, signal: this.interrupt, progress})
    } catch (error) {
      progress?.finish()
      throw this.failure(error, publisher)
    }
    progress?.finish()

    const elapsed = performance.now() - started
    const {messages, bytes} = publisher
    const rate = number(Math.round((messages / elapsed) * 1000))
    if (many && !flags.quiet)
      this.notice(`Published ${number(messages)} messages in ${humanDuration(elapsed)}; ${rate}/s`)
    return {subject: args.subject, messages, bytes, elapsed: Math.round(elapsed * 1e6)}
  }

  /** Publishes to streams; each message has its own result. */
  private async store(composer: Composer, flags: PublishFlags, many: boolean): Promise<void> {
    const {store} = await import('../lib/jetstream/publish/store.ts')
    const api = await this.jetstream()
    const voice = {
      notice: (text: string) => this.notice(text),
      warn: (text: string) => void this.warn(text),
      emit: this.jsonOutput ? (record: object) => this.emit(record) : undefined,
    }
    await store(api, composer, flags, {voice, signal: this.interrupt, many})
  }

  /** Tells how far it came, and makes a failure in the middle a partial one. */
  private failure(error: unknown, {messages, bytes}: Publisher): unknown {
    if (messages === 0 && !this.interrupt.aborted) return error
    this.warn(`Published ${counted(messages, 'message')} before that`)
    const partly = error instanceof CliError && [ExitCode.Failed, ExitCode.Usage].includes(error.exitCode as 1 | 2)
    if (!partly) return error
    return new CliError(error.message, {exitCode: ExitCode.Partial, hint: error.hint, result: {messages, bytes}})
  }
}
