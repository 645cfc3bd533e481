import {NatsCommand} from '../../../lib/command.ts'
import {Flags, force} from '../../../lib/flags.ts'
import {stepDown} from '../../../lib/jetstream/leader.ts'
import {pickStream} from '../../../lib/jetstream/pick.ts'
import {streamInfo} from '../../../lib/jetstream/stream.ts'
import {all, streamArg} from '../../../lib/jetstream/stream-flags.ts'
import {renderStreamInfo} from '../../../lib/jetstream/stream-info.ts'

export default class StreamClusterStepDown extends NatsCommand {
  static override summary = 'Let another replica of a stream lead'
  static override aliases = ['stepdown', 'sd', 'elect', 'down', 'd'].map((name) => `stream:cluster:${name}`)
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS']

  static override args = {stream: streamArg}

  static override flags = {
    all,
    preferred: Flags.string({helpValue: 'SERVER', summary: 'The server that is to lead'}),
    force: {...force, summary: 'Never offer a list of streams'},
  }

  async run() {
    const {args, flags} = await this.parse(StreamClusterStepDown)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    const group = {
      title: `stream "${stream}"`,
      subject: `STREAM.LEADER.STEPDOWN.${stream}`,
      cluster: async (timeout?: number) => (await streamInfo(api, stream, timeout)).cluster,
    }

    await stepDown(api, group, {preferred: flags.preferred, tell: (text) => this.notice(text)})
    const info = await streamInfo(api, stream)

    this.log(renderStreamInfo(info))
    return info
  }
}
