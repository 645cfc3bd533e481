import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {Flags} from '../../lib/flags.ts'
import {SUITES, type Suite} from '../../lib/local-server/apt.ts'
import {stallTimeout} from '../../lib/local-server/flags.ts'
import {installServer} from '../../lib/local-server/install.ts'

export default class ServerInstall extends NatsCommand {
  static override summary = 'Install the nats-server that server run and server exec start'

  static override description =
    'Fetches the release and checks it against its published SHA-256; where that cannot be reached, on Debian and its ' +
    'kin, the package of the distribution, whose signature apt checks. Neither needs root: the server goes to ' +
    '$XDG_CACHE_HOME/nats/server (NATS_SERVER_CACHE names another folder). NATS_SERVER_RELEASES is the address of a ' +
    'mirror of the releases.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --version 2.10.27',
    '<%= config.bin %> <%= command.id %> --suite trixie',
  ]

  static override flags = {
    version: Flags.string({
      helpValue: 'VERSION',
      summary: 'Version to install, such as 2.10.27; of packages also 2.10',
    }),
    suite: Flags.string({options: [...SUITES], summary: 'Install the package of this suite of Debian, and no release'}),
  }

  async run() {
    const {flags} = await this.parse(ServerInstall)
    const version = flags.version?.replace(/^v/, '')
    if (version !== undefined && !/^\d+\.\d+/.test(version)) {
      throw new UsageError(`--version: ${JSON.stringify(flags.version)} is not a version`, 'give one such as 2.10.27')
    }

    const suite = flags.suite as Suite | undefined
    const onStep = (step: string) => this.notice(step)
    const installed = await installServer({version, suite, timeout: stallTimeout(flags), onStep})

    this.log(
      `${installed.source === 'cache' ? 'Already installed' : 'Installed'} nats-server ${installed.version}: ${installed.path}`,
    )
    return installed
  }
}
