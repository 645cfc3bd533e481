import {writeFile} from 'node:fs/promises'
import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {Args, Flags} from '../../lib/flags.ts'
import type {StreamConfig} from '../../lib/jetstream/stream.ts'
import {buildStream, newStream} from '../../lib/jetstream/stream-config/build.ts'
import {readConfigFile} from '../../lib/jetstream/stream-config/file.ts'
import {newStreamFlags} from '../../lib/jetstream/stream-config/flags.ts'
import {createStream, withoutServerMetadata} from '../../lib/jetstream/stream-config/make.ts'
import type {StreamOptions} from '../../lib/jetstream/stream-config/options.ts'
import {askStreamName, askStreamOptions} from '../../lib/jetstream/stream-config/questions.ts'
import {checkStreamConfig} from '../../lib/jetstream/stream-config/validate.ts'
import {renderStreamInfo} from '../../lib/jetstream/stream-info.ts'

export default class StreamAdd extends NatsCommand {
  static override summary = 'Make a stream'
  static override description =
    'What no flag says is asked for at a terminal, or has a usual value with --defaults. With --config the file says it all, and flags are applied on top.'
  static override aliases = ['stream:create', 'stream:new']
  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS --subjects "orders.>" --defaults',
    '<%= config.bin %> <%= command.id %> EVENTS --subjects "events.>" --max-age 7d --max-bytes 1GB --discard old --defaults',
    '<%= config.bin %> <%= command.id %> DRAFT --subjects draft --defaults --output draft.json && <%= config.bin %> <%= command.id %> --config draft.json',
  ]

  static override args = {stream: Args.string({description: 'Name of the stream'})}

  static override flags = {
    ...newStreamFlags,
    all: Flags.boolean({
      char: 'a',
      hidden: true,
      summary: 'Taken as by every stream command; there is no stream to choose',
    }),
    config: Flags.string({
      helpValue: 'FILE',
      summary: 'Read the configuration from JSON, as `stream info --json` prints it',
    }),
    defaults: Flags.boolean({summary: 'Ask nothing: what no flag says has its usual value'}),
    output: Flags.string({helpValue: 'FILE', summary: 'Write the configuration to a file, and make no stream'}),
    validate: Flags.boolean({summary: 'Check the configuration and show it, and make no stream'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamAdd)
    const config = await this.configuration(args.stream, flags)
    checkStreamConfig(config)

    if (flags.validate) {
      this.log(JSON.stringify(config, null, 2))
      this.log(`\nConfiguration is a valid Stream`)
      return config
    }
    if (flags.output) {
      await writeFile(flags.output, `${JSON.stringify(config, null, 2)}\n`)
      this.notice(`Wrote the configuration of ${config.name} to ${flags.output}`)
      return config
    }
    const api = await this.jetstream()
    const info = await createStream(api, config, flags.defaults && flags['max-bytes'] === undefined)

    this.log(`Stream ${info.config.name} was created\n`)
    this.log(renderStreamInfo(info))
    return info
  }

  private async configuration(name: string | undefined, flags: StreamOptions & {config?: string; defaults?: boolean}) {
    if (flags.config) {
      const file = withoutServerMetadata(await readConfigFile(flags.config))
      return buildStream({...file, ...(name ? {name} : {})} as StreamConfig, flags)
    }
    const stream = name ?? (await askStreamName())
    if (flags.defaults) {
      if (!flags.subjects && !flags.mirror && !flags.source)
        throw new UsageError('a stream needs --subjects, --mirror or --source')
      return buildStream(newStream(stream, flags), flags)
    }
    const options = await askStreamOptions(flags, () => this.isLimitRequired())
    return buildStream(newStream(stream, options), options)
  }

  /** Whether the account wants a limit in bytes; false without a server to ask. */
  private async isLimitRequired(): Promise<boolean> {
    const api = await this.jetstream()
    const {limits} = await api.request<{limits?: {max_bytes_required?: boolean}}>('INFO')
    return limits?.max_bytes_required === true
  }
}
