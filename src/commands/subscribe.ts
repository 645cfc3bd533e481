import {NatsCommand} from '../lib/command.ts'
import {Args, count, duration, Flags} from '../lib/flags.ts'
import {OutputStream} from '../lib/output/stream.ts'
import {checkRequest, type ReceiveFlags, readsStream} from '../lib/subscribe/check.ts'
import {type Plan, Reception, type Sink} from '../lib/subscribe/receive.ts'
import {openSink} from '../lib/subscribe/sinks.ts'
import {streamFlags} from '../lib/subscribe/stream/flags.ts'
import {inboxPrefix} from '../lib/wire/wire.ts'

/** How long the server may take to confirm acknowledgements, in milliseconds, also after an interruption. */
const SETTLE_MS = 5000
const INTERRUPTED_MS = 300

export default class Subscribe extends NatsCommand {
  static override summary = 'Show messages as they are published on subjects, or as a stream has them'

  static override description =
    `With --stream or a place to begin (--all, --last, --since, ...) messages come from a stream: the one named, or the one that stores the subjects. They come in order and none twice, also when a server restarts meanwhile, and go on with what is stored from now on.`

  static override aliases = ['sub']

  static override examples = [
    '<%= config.bin %> <%= command.id %> "orders.>"',
    '<%= config.bin %> <%= command.id %> orders.eu orders.us --queue workers --count 10',
    '<%= config.bin %> <%= command.id %> "orders.>" --json | jq .subject',
    '<%= config.bin %> <%= command.id %> "orders.>" --since 1h --terminate-at-end',
    '<%= config.bin %> <%= command.id %> --stream ORDERS --durable DISPATCH --ack --count 10',
  ]

  static override args = {
    subjects: Args.string({multiple: true, description: 'Subjects to subscribe to; * and > are wildcards'}),
  }

  static override flags = {
    queue: Flags.string({helpValue: 'NAME', summary: 'Share the messages with the other members of this queue group'}),
    count: count({summary: 'End after so many messages'}),
    wait: duration({summary: 'End when no message came for so long'}),
    'ignore-subject': Flags.string({
      ...{char: 'I', helpValue: 'SUBJECT', multiple: true, multipleNonGreedy: true},
      summary: 'Leave out messages on this subject (wildcards allowed, repeatable)',
    }),
    inbox: Flags.boolean({char: 'i', summary: 'Subscribe to a new subject of our own, an inbox'}),
    'match-replies': Flags.boolean({summary: 'Show the replies to the received requests as well'}),
    raw: Flags.boolean({char: 'r', summary: 'Only the bodies, each ended by a newline'}),
    'headers-only': Flags.boolean({summary: 'Leave out the bodies'}),
    'subjects-only': Flags.boolean({summary: 'Leave out bodies and headers'}),
    timestamp: Flags.boolean({char: 't', summary: 'Show when each message was received, or stored in its stream'}),
    'delta-time': Flags.boolean({char: 'd', summary: 'Show the time since the message before'}),
    translate: Flags.string({
      helpValue: 'COMMAND',
      summary: 'Put each body through a program, without a shell; {{Subject}} in its arguments is the subject',
    }),
    dump: Flags.string({
      helpValue: 'DIRECTORY',
      summary: 'Write each message to a JSON file in a folder; - writes them to stdout, each ended by a NUL',
    }),
    'report-subjects': Flags.boolean({summary: 'Count messages and bytes by subject'}),
    'report-subscriptions': Flags.boolean({summary: 'Count messages and bytes by what was subscribed to'}),
    'report-top': count({summary: 'How many subjects a report shows (default 10)'}),
    graph: Flags.boolean({summary: 'Plot the messages of each second, on a terminal'}),
    ...streamFlags,
  }

  async run() {
    const {args, flags} = await this.parse(Subscribe)
    const {interrupt} = this
    const {subjects = []} = args
    checkRequest(subjects, flags)
    const output = new OutputStream()
    const acknowledger = flags.ack ? await this.openAcknowledger() : undefined
    const {sink, result} = await openSink(flags, output, this.tellWarning, acknowledger)

    try {
      const work = readsStream(flags) ? this.read(subjects, flags, sink) : this.receive(subjects, flags, sink)
      await Promise.race([work, output.failed])
      // What a server did not hear while it began would go out again too late.
      if (interrupt.aborted) acknowledger?.resend()
      await acknowledger?.settled(interrupt.aborted ? INTERRUPTED_MS : SETTLE_MS)
    } finally {
      acknowledger?.close()
    }
    return result?.()
  }

  /** Messages as they are published. */
  private async receive(given: string[], flags: ReceiveFlags, sink: Sink): Promise<void> {
    const nc = await this.connect()
    const prefix = inboxPrefix(nc)
    const plan: Plan = {
      subjects: given.length > 0 ? given : [await newInbox(prefix)],
      queue: flags.queue,
      ignore: flags['ignore-subject'] ?? [],
      count: flags.count ?? 0,
      wait: flags.wait,
      replies: flags['match-replies'] ? `${prefix}.>` : undefined,
    }
    const ready = () => flags.raw || this.tell(plan)
    await new Reception(plan, sink, {ready, warn: this.tellWarning}).run(nc, this.interrupt)
  }

  /** Messages of a stream. */
  private async read(subjects: string[], flags: ReceiveFlags, sink: Sink): Promise<void> {
    const {readStream} = await import('../lib/subscribe/stream/read.ts')
    const tell = {notice: (text: string) => this.notice(text), warn: this.tellWarning}
    await readStream(await this.jetstream(), subjects, flags, sink, this.interrupt, tell)
  }

  private async openAcknowledger() {
    const {Acknowledger} = await import('../lib/jetstream/consume/acknowledger.ts')
    const {watchLife} = await import('../lib/jetstream/life.ts')
    const nc = await this.connect()
    const acknowledger = new Acknowledger(nc, '+ACK')
    watchLife(nc, {renewed: () => acknowledger.resend()})
    return acknowledger
  }

  private readonly tellWarning = (text: string): void => {
    this.warn(text)
  }

  private tell({subjects, replies, ignore}: Plan): void {
    if (replies) this.notice(`Matching replies with inbox prefix ${replies}`)
    this.notice(`Subscribing on ${subjects.join(', ')}`)
    if (ignore.length > 0) this.notice(`Ignored subjects: ${ignore.join(', ')}`)
  }
}

async function newInbox(prefix: string): Promise<string> {
  const {createInbox} = await import('../lib/subscribe/inbox.ts')
  return createInbox(prefix)
}
