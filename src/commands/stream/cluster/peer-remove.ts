import {NatsCommand} from '../../../lib/command.ts'
import {CliError, UsageError} from '../../../lib/errors.ts'
import {Args, force} from '../../../lib/flags.ts'
import {peersOf} from '../../../lib/jetstream/cluster-info.ts'
import {choose, pickStream} from '../../../lib/jetstream/pick.ts'
import {streamInfo} from '../../../lib/jetstream/stream.ts'
import {all, streamArg} from '../../../lib/jetstream/stream-flags.ts'
import {isInputTerminal} from '../../../lib/output/terminal.ts'

export default class StreamClusterPeerRemove extends NatsCommand {
  static override summary = 'Take a replica of a stream away from a server; another server gets it'
  static override description =
    'The cluster copies the replica to another server, if there is one. At a terminal it is asked for consent; a peer that is named needs none elsewhere.'
  static override aliases = ['stream:cluster:pr']
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS east-2 --force']

  static override args = {stream: streamArg, peer: Args.string({description: 'Name of the server'})}
  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(StreamClusterPeerRemove)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    const peer = args.peer ?? (await this.pickPeer(stream))
    if (isInputTerminal()) await this.confirm(`Really remove peer ${peer} from Stream ${stream}?`, flags)

    this.notice(`Removing peer "${peer}"`)
    await api.request(`STREAM.PEER.REMOVE.${stream}`, {peer})

    this.notice(`Requested removal of peer "${peer}"`)
    return {stream, peer, removed: true}
  }

  private async pickPeer(stream: string): Promise<string> {
    if (!isInputTerminal()) throw new UsageError('no peer given', 'name the server whose replica is to go')
    const {cluster} = await streamInfo(await this.jetstream(), stream)
    const peers = peersOf(cluster)
    if (!cluster?.leader || peers.length === 0) throw new CliError(`stream "${stream}" is not clustered`)
    return choose('Select a Peer', [cluster.leader, ...peers.map(({name}) => name)])
  }
}
