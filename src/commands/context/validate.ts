import {NatsCommand} from '../../lib/command.ts'
import {type ContextCheck, checkContext, renderCheck} from '../../lib/context/check.ts'
import {contextExists, contextNames, notFound} from '../../lib/context/store.ts'
import {CliError, ExitCode} from '../../lib/errors.ts'
import {Args, Flags} from '../../lib/flags.ts'

export default class ContextValidate extends NatsCommand {
  static override summary = 'Check that contexts can be read and used, and that their files are there'
  static override description =
    'Fails with exit code 1 when a context has a fault. For one named context that only fails to connect, the code is that of the failure: 4 not permitted, 5 no server, 6 timed out.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> local --connect',
  ]
  static override args = {name: Args.string({description: 'Context to check (default: all)'})}
  static override flags = {connect: Flags.boolean({summary: 'Try to connect with each'})}

  async run() {
    const {args, flags} = await this.parse(ContextValidate)
    if (args.name !== undefined && !contextExists(args.name)) throw notFound(args.name)
    const names = args.name === undefined ? contextNames() : [args.name]

    const checks: ContextCheck[] = []
    for (const name of names) {
      const check = await checkContext(name, flags, (text) => this.warn(text))
      checks.push(check)
      this.log(renderCheck(check))
    }

    if (names.length === 0) this.log('No known contexts')
    const result = checks.map(({record}) => record)
    const failed = checks.filter(({record}) => !record.valid)
    if (failed.length === 0) return result
    const exitCode = args.name === undefined ? ExitCode.Failed : failed[0]!.exitCode
    const faults = failed.flatMap(({record}) => record.faults.map((fault) => `${record.name}: ${fault}`))
    const list = faults.length === 1 ? `: ${faults[0]}` : `\n  ${faults.join('\n  ')}`
    throw new CliError(`validation failed${list}`, {exitCode, result})
  }
}
