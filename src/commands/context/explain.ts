import {NatsCommand} from '../../lib/command.ts'
import {probeSections, settingsSections, showLogins, showSettings} from '../../lib/connection/explain.ts'
import {CliError} from '../../lib/errors.ts'
import {Args, Flags} from '../../lib/flags.ts'
import {renderRecord} from '../../lib/output/record.ts'

export default class ContextExplain extends NatsCommand {
  static override summary = 'Show every setting of the connection and where it comes from'
  static override description =
    'Flags go before variables, variables before the context, the context before defaults, each setting by itself. With --connect each server is tried step by step; the exit code is that of the step that failed, 9 when only some of the servers can be used.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> local --connect',
    '<%= config.bin %> <%= command.id %> --server tls://nats.example.com --connect',
  ]
  static override args = {name: Args.string({description: 'Context to explain (default: the one in use)'})}
  static override flags = {connect: Flags.boolean({summary: 'Connect to each server, and show each step'})}

  async run() {
    const {args, flags} = await this.parse(ContextExplain)
    if (args.name !== undefined) this.globals = {...this.globals, context: args.name, 'no-context': false}

    const settings = await this.settings()
    const logins = showLogins(settings)
    const headline = settings.context ? `Connection with context "${settings.context}"` : 'Connection without a context'
    this.log(renderRecord(headline, settingsSections(settings, logins)))
    const explained = {context: settings.context ?? null, settings: showSettings(settings), credentials: logins}
    if (!flags.connect) return explained

    const {probe, probeError} = await import('../../lib/connection/probe.ts')
    const servers = await probe(settings).catch((error) => {
      throw withResult(error, explained)
    })
    this.log(renderRecord('Connecting', probeSections(servers)))
    const result = {...explained, servers}
    if (servers.every(({ok}) => ok)) return result
    throw withResult(probeError(servers), result)
  }
}

function withResult(error: Error, result: object): Error {
  return error instanceof CliError ? new CliError(error.message, {...error, result}) : error
}
