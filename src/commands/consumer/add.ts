import {writeFile} from 'node:fs/promises'
import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {buildConsumer, newConsumer} from '../../lib/jetstream/consumer-config/build.ts'
import type {ConsumerConfig, ConsumerOptions} from '../../lib/jetstream/consumer-config/config.ts'
import {consumerFlags} from '../../lib/jetstream/consumer-config/flags.ts'
import {askConsumer, askMode, askName} from '../../lib/jetstream/consumer-config/questions.ts'
import {checkConsumer} from '../../lib/jetstream/consumer-config/validate.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {describeConsumer} from '../../lib/jetstream/consumer-text.ts'
import {named, putConsumer} from '../../lib/jetstream/consumers.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {readConfigFile} from '../../lib/jetstream/stream-config/file.ts'
import {withoutServerMetadata} from '../../lib/jetstream/stream-config/make.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

type Given = ConsumerOptions & {config?: string; defaults?: boolean}

export default class ConsumerAdd extends NatsCommand {
  static override summary = 'Make a consumer of a stream'

  static override description =
    'What no flag says is asked for at a terminal, or has a usual value with --defaults. With --config the file says it all, and flags are applied on top. A consumer of that name is changed, as far as the server allows.'

  static override aliases = ['consumer:create', 'consumer:new']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --pull --defaults',
    '<%= config.bin %> <%= command.id %> ORDERS NEW --pull --filter orders.new --max-deliver 20 --backoff linear --defaults',
    '<%= config.bin %> <%= command.id %> ORDERS MONITOR --target monitor.orders --deliver last --defaults',
    '<%= config.bin %> consumer info ORDERS DISPATCH --json > c.json && <%= config.bin %> <%= command.id %> ORDERS COPY --config c.json',
  ]

  static override args = consumerArgs

  static override flags = {
    all,
    ...consumerFlags,
    config: Flags.string({
      helpValue: 'FILE',
      summary: 'Read the configuration from JSON, as `consumer info --json` prints it',
    }),
    defaults: Flags.boolean({summary: 'Ask nothing: what no flag says has its usual value'}),
    output: Flags.string({helpValue: 'FILE', summary: 'Write the configuration to a file, and make no consumer'}),
    validate: Flags.boolean({summary: 'Check the configuration and show it, and make no consumer'}),
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerAdd)
    const draft = flags.validate || flags.output !== undefined
    const api = draft ? undefined : await this.jetstream()
    const stream = api && (await pickStream(api, args.stream, {all: flags.all}))
    const config = flags.config
      ? await fromFile(flags.config, args.consumer, flags)
      : await fromFlags(args.consumer, flags)
    checkConsumer(config)

    if (flags.output !== undefined) {
      await writeFile(flags.output, `${JSON.stringify(config, null, 2)}\n`)
      this.notice(`Wrote the configuration to ${flags.output}`)
    }
    if (flags.validate) this.log(`${JSON.stringify(config, null, 2)}\n\nConfiguration is a valid Consumer`)
    if (!api || !stream) return config
    const info = await putConsumer(api, stream, config)

    this.log(describeConsumer(info))
    return info
  }
}

async function fromFile(path: string, name: string | undefined, flags: Given): Promise<ConsumerConfig> {
  const file: ConsumerConfig = withoutServerMetadata(await readConfigFile(path))
  return buildConsumer(name ? named(file, name, flags.ephemeral) : file, flags)
}

async function fromFlags(given: string | undefined, flags: Given): Promise<ConsumerConfig> {
  const name = given ?? (flags.ephemeral ? undefined : await askName())
  const mode = await askMode(flags)
  const options = flags.defaults ? mode : await askConsumer(mode)
  const config = buildConsumer(newConsumer(options), options)
  return name ? named(config, name, flags.ephemeral) : config
}
