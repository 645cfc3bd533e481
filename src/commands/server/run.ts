import {once} from 'node:events'
import {NatsCommand} from '../../lib/command.ts'
import {CliError, ExitCode} from '../../lib/errors.ts'
import {portFlag, serverFlags, stallTimeout} from '../../lib/local-server/flags.ts'
import {type Launched, LogFilter, launch} from '../../lib/local-server/launch.ts'
import {obtainServer} from '../../lib/local-server/obtain.ts'

const DESCRIPTION = 'Server of nats server run'

export default class ServerRun extends NatsCommand {
  static override summary = 'Run a NATS server, or a cluster, until interrupted'

  static override description =
    'Prints the address once clients can connect; for a cluster the addresses of all its servers, when streams with ' +
    'replicas can be made. Without --config the servers listen on the loopback address only. Warnings and errors that ' +
    'they log are shown, with --trace everything. --context NAME saves the address as a context, and selects it.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --jetstream',
    '<%= config.bin %> <%= command.id %> --cluster 3 --context demo',
    '<%= config.bin %> <%= command.id %> --config server.conf --store-dir ./data',
  ]

  static override flags = {
    port: portFlag({
      summary: 'Port for clients, 0 for a free one (default 4222); of a cluster, that of the first server',
    }),
    ...serverFlags,
  }

  async run() {
    const {flags} = await this.parse(ServerRun)
    const wishes = {...flags, timeout: stallTimeout(flags)}
    const binary = await obtainServer(
      wishes,
      (question) => this.confirm(question, {}),
      (step) => this.notice(step),
    )

    const log = new LogFilter((text) => this.warn(text), flags.trace)
    const interrupt = this.interrupt
    const servers = await launch(binary, flags, {signal: interrupt, onLog: log.take}).catch((error) => {
      if (!interrupt.aborted) throw error
    })
    if (!servers) return
    try {
      log.on = true
      if (flags.context !== undefined) await saveContext(flags.context, servers)
      this.log(servers.url)
      this.emit({url: servers.url, servers: servers.servers.map(describe), binary, context: flags.context})
      if (interrupt.aborted) return
      const how = await Promise.race([servers.ended, once(interrupt, 'abort').then(() => undefined)])
      if (how) throw new CliError(how)
    } finally {
      log.on = false
      await servers.stop()
    }
  }
}

function describe({name, url, port, httpUrl, pid}: Launched['servers'][number]) {
  return {name, url, port, http_url: httpUrl, pid}
}

async function saveContext(name: string, {url}: Launched): Promise<void> {
  const {emptyContext} = await import('../../lib/context/context.ts')
  const {selectContext, updateContext} = await import('../../lib/context/store.ts')
  await updateContext(name, (saved = {...emptyContext, description: DESCRIPTION}) => {
    if (saved.description === DESCRIPTION) return {...saved, url}
    throw new CliError(`context "${name}" exists, and is not one of nats server run`, {
      exitCode: ExitCode.Conflict,
      hint: 'give another name, or remove that context first',
    })
  })
  await selectContext(name)
}
