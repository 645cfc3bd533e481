import {debianSource} from '../../src/lib/local-server/apt-sources.ts'
import {installServer} from '../../src/lib/local-server/install.ts'
import {installedServer, SERVERS, type ServerVersion} from './servers.ts'

/** Installs the servers that the tests need and that are not there from an earlier run. */
export default async function setup(): Promise<void> {
  await Promise.all(Object.keys(SERVERS).map((version) => install(version as ServerVersion)))
}

async function install(version: ServerVersion): Promise<void> {
  if (await installedServer(version)) return
  const {suite, release} = SERVERS[version]
  const wanted = (await debianSource()) ? {suite} : {version: release}
  const {version: installed} = await installServer({...wanted, timeout: 60_000})
  console.error(`Installed nats-server ${installed} for the tests`)
}
