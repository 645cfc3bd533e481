import {NatsCommand} from '../../lib/command.ts'
import {EditedText} from '../../lib/context/editor.ts'
import {CliError, ExitCode, UsageError} from '../../lib/errors.ts'
import {Flags, force} from '../../lib/flags.ts'
import {differences, renderDifferences} from '../../lib/jetstream/diff.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {type StreamConfig, streamInfo} from '../../lib/jetstream/stream.ts'
import {buildStream} from '../../lib/jetstream/stream-config/build.ts'
import {parseConfig, readConfigFile} from '../../lib/jetstream/stream-config/file.ts'
import {removalFlags, streamFlags} from '../../lib/jetstream/stream-config/flags.ts'
import {overlay, updateStream, withoutServerMetadata} from '../../lib/jetstream/stream-config/make.ts'
import {checkStreamConfig} from '../../lib/jetstream/stream-config/validate.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {renderStreamInfo} from '../../lib/jetstream/stream-info.ts'

export default class StreamEdit extends NatsCommand {
  static override summary = 'Change the configuration of a stream'
  static override description =
    'Only what is named changes. In a file, a field that is not there stays as it is, and null takes it away. A dry run ends with 10 when something would change, and with 0 when nothing would.'
  static override aliases = ['stream:update']
  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS --max-age 30d --force',
    '<%= config.bin %> <%= command.id %> ORDERS --config orders.json --dry-run',
  ]

  static override args = {stream: streamArg}

  static override flags = {
    all,
    ...streamFlags,
    ...removalFlags,
    config: Flags.string({
      helpValue: 'FILE',
      summary: 'Read what to change from JSON, as `stream info --json` prints it',
    }),
    interactive: Flags.boolean({char: 'i', allowNo: true, summary: 'Edit the configuration in the editor of EDITOR'}),
    'dry-run': Flags.boolean({summary: 'Show what would change, and change nothing'}),
    force,
  }

  async run() {
    const {args, flags} = await this.parse(StreamEdit)
    const file = flags.config ? await readConfigFile(flags.config) : undefined
    const api = await this.jetstream()
    const named = args.stream ?? (file?.name as string | undefined)
    const before = (await streamInfo(api, await pickStream(api, named, {all: flags.all}))).config
    const edited = flags.interactive ? await edit(before) : file ? overlay(before, file) : before
    const config = buildStream(edited, flags)
    checkStreamConfig(config)

    const changes = differences(before, config)
    if (changes.length === 0) {
      this.log(`Nothing to change in Stream ${config.name}`)
      return flags['dry-run'] ? {differences: []} : streamInfo(api, config.name)
    }
    this.log(renderDifferences(changes))
    if (flags['dry-run'])
      throw new CliError(`stream ${config.name} would change`, {
        exitCode: ExitCode.Different,
        result: {differences: changes},
      })
    await this.confirm(`Really edit Stream ${config.name}?`, flags)

    const info = await updateStream(api, before, config)

    this.log(`Stream ${config.name} was updated\n`)
    this.log(renderStreamInfo(info))
    return info
  }
}

/** Lets the user edit the whole configuration: what is taken out of the text is taken away. Text that is no good is kept. */
async function edit(before: StreamConfig): Promise<StreamConfig> {
  const text = new EditedText(`${before.name}.json`, `${JSON.stringify(withoutServerMetadata(before), null, 2)}\n`)
  await text.edit()
  try {
    const edited = parseConfig(text.read(), 'the edited text')
    const config = overlay({name: before.name, metadata: before.metadata}, {...edited, metadata: edited.metadata ?? {}})
    checkStreamConfig(config)
    text.discard()
    return config
  } catch (error) {
    throw new UsageError((error as Error).message, `the text is kept in ${text.path}`)
  }
}
