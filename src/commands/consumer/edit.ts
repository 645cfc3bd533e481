import {NatsCommand} from '../../lib/command.ts'
import {EditedText} from '../../lib/context/editor.ts'
import {CliError, ExitCode, UsageError} from '../../lib/errors.ts'
import {Flags, force} from '../../lib/flags.ts'
import {buildConsumer} from '../../lib/jetstream/consumer-config/build.ts'
import type {ConsumerConfig} from '../../lib/jetstream/consumer-config/config.ts'
import {editableFlags} from '../../lib/jetstream/consumer-config/flags.ts'
import {overlay} from '../../lib/jetstream/consumer-config/overlay.ts'
import {checkConsumer} from '../../lib/jetstream/consumer-config/validate.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {describeConsumer} from '../../lib/jetstream/consumer-text.ts'
import {consumerInfo, pickBoth, putConsumer} from '../../lib/jetstream/consumers.ts'
import {differences, renderDifferences} from '../../lib/jetstream/diff.ts'
import {parseConfig, readConfigFile} from '../../lib/jetstream/stream-config/file.ts'
import {withoutServerMetadata} from '../../lib/jetstream/stream-config/make.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerEdit extends NatsCommand {
  static override summary = 'Change the configuration of a consumer'

  static override description =
    'Only what is named changes. In a file, a field that is not there stays as it is, and null takes it away. A dry run ends with 10 when something would change, and with 0 when nothing would.'

  static override aliases = ['consumer:update']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --max-deliver 5 --force',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --description "sends parcels" --dry-run',
  ]

  static override args = consumerArgs

  static override flags = {
    all,
    ...editableFlags,
    config: Flags.string({
      helpValue: 'FILE',
      summary: 'Read what to change from JSON, as `consumer info --json` prints it',
    }),
    interactive: Flags.boolean({char: 'i', allowNo: true, summary: 'Edit the configuration in the editor of EDITOR'}),
    'dry-run': Flags.boolean({summary: 'Show what would change, and change nothing'}),
    force,
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerEdit)
    const file = flags.config ? await readConfigFile(flags.config) : undefined
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all})
    const present = await consumerInfo(api, stream, consumer)
    const before = present.config
    const changed = flags.interactive ? await edit(before) : file ? overlay(before, file) : before
    const config = buildConsumer(changed, flags)
    checkConsumer(config)

    const changes = differences(before, config)
    if (changes.length === 0) {
      this.log('No difference in configuration')
      return flags['dry-run'] ? {differences: []} : present
    }
    this.log(renderDifferences(changes))
    if (flags['dry-run'])
      throw new CliError(`consumer ${stream} > ${consumer} would change`, {
        exitCode: ExitCode.Different,
        result: {differences: changes},
      })
    await this.confirm(`Really edit Consumer ${stream} > ${consumer}?`, flags)

    const info = await putConsumer(api, stream, config, 'update')

    this.log(describeConsumer(info))
    return info
  }
}

/** Lets the user edit the whole configuration: what is taken out of the text is taken away. Text that is no good is kept. */
async function edit(before: ConsumerConfig): Promise<ConsumerConfig> {
  const text = new EditedText(`${before.name}.json`, `${JSON.stringify(withoutServerMetadata(before), null, 2)}\n`)
  await text.edit()
  try {
    const edited = parseConfig(text.read(), 'the edited text')
    const {name, durable_name, metadata} = before
    const config = overlay({name, durable_name, metadata}, {...edited, metadata: edited.metadata ?? {}})
    checkConsumer(config)
    text.discard()
    return config
  } catch (error) {
    throw new UsageError((error as Error).message, `the text is kept in ${text.path}`)
  }
}
