import {NatsCommand} from '../../lib/command.ts'
import {Exit} from '../../lib/errors.ts'
import {Args} from '../../lib/flags.ts'
import {runCommand} from '../../lib/local-server/child.ts'
import {portFlag, serverFlags, stallTimeout} from '../../lib/local-server/flags.ts'
import {LogFilter, launch} from '../../lib/local-server/launch.ts'
import {obtainServer} from '../../lib/local-server/obtain.ts'

export default class ServerExec extends NatsCommand {
  static override summary = 'Run a command with a NATS server of its own'

  static override description =
    'Starts a server on a free port, runs the command with NATS_URL set to its address, and stops the server. The exit ' +
    'code is that of the command; 127 when there is no such command.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> -- npm test',
    '<%= config.bin %> <%= command.id %> --cluster 3 -- ./integration.sh',
  ]

  static override args = {
    command: Args.string({description: 'Command to run, after --', required: true, multiple: true, ignoreStdin: true}),
  }

  static override flags = {
    port: portFlag({summary: 'Port for clients; a free one unless given'}),
    ...serverFlags,
  }

  async run() {
    const {args, flags} = await this.parse(ServerExec)
    const wishes = {...flags, timeout: stallTimeout(flags)}
    const binary = await obtainServer(
      wishes,
      (question) => this.confirm(question, {}),
      (step) => this.notice(step),
    )

    const log = new LogFilter((text) => this.warn(text), flags.trace)
    const servers = await launch(binary, {...flags, port: flags.port ?? 0}, {onLog: log.take})
    let done = false
    servers.ended.then((how) => done || this.warn(how))
    try {
      const env = {...process.env, NATS_URL: servers.url}
      throw new Exit(await runCommand(args.command, env, (pass) => this.passSignals(pass)))
    } finally {
      done = true
      await servers.stop()
    }
  }
}
