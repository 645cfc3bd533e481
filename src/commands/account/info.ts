import {NatsCommand} from '../../lib/command.ts'
import {
  accountInfo,
  accountSections,
  accountWarnings,
  type AccountInfo as JetStreamInfo,
} from '../../lib/jetstream/account.ts'
import {type Identity, identify} from '../../lib/jetstream/identity.ts'
import {bytes, duration} from '../../lib/output/human.ts'
import {type Row, renderRecord, type Section} from '../../lib/output/record.ts'

export default class AccountInfo extends NatsCommand {
  static override summary = 'Show who is connected to what, and how much of JetStream the account uses'
  static override description = 'That JetStream is off for the account is a line of the answer, and not a failure.'
  static override aliases = ['account:nfo']
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run() {
    await this.parse(AccountInfo)
    const nc = await this.connect()
    const identity = await identify(nc)
    const api = await this.jetstream()
    const jetstream: JetStreamInfo | {error: string} = await accountInfo(api).catch((error) => ({error: error.message}))

    const head: Section = {rows: rowsOf(identity)}
    if ('error' in jetstream) {
      this.log(renderRecord('Account Information', [head]))
      this.log(`    Could not obtain account information: ${jetstream.error}`)
    } else {
      const sections = accountSections(jetstream as JetStreamInfo, identity.max_payload)
      this.log(
        renderRecord('Account Information', [head, {title: 'JetStream Account Information', rows: []}, ...sections]),
      )
      for (const warning of accountWarnings(jetstream as JetStreamInfo)) this.notice(`WARNING: ${warning}`)
    }
    return {...identity, jetstream}
  }
}

function rowsOf(identity: Identity): Row[] {
  return [
    ['User', identity.user],
    ['Account', identity.account],
    ['System Account', identity.system_account],
    ['Expires', identity.expires],
    ['Client ID', identity.client_id],
    ['Client IP', identity.client_ip],
    ['RTT', duration(identity.rtt / 1e6)],
    ['Headers Supported', identity.headers],
    ['Maximum Payload', bytes(identity.max_payload)],
    ['Connected URL', identity.url],
    ['Connected Address', identity.address],
    ['Connected Server ID', identity.server_id],
    ['Connected Server Version', identity.server_version],
    ['Connected Server Name', identity.server_name],
    ['Connected Cluster', identity.cluster],
    ['TLS Connection', identity.tls ? 'yes' : 'no'],
  ]
}
