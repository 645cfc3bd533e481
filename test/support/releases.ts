import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {copyFile, mkdir, readFile} from 'node:fs/promises'
import {createServer, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {basename, dirname, join} from 'node:path'
import {onTestFinished} from 'vitest'
import {BINARY} from '../../src/lib/local-server/find.ts'
import {system} from '../../src/lib/local-server/release.ts'
import {testFolder} from './server.ts'
import {installedServer} from './servers.ts'

/** A release of the real server, as its archive is published. */
export type Release = {version: string; name: string; archive: Buffer; sums: string}

/** Packs an installed server as a release. */
export async function packRelease(): Promise<Release> {
  const binary = (await installedServer('newest'))!
  const version = basename(dirname(binary))
  const name = `nats-server-v${version}-${system()}`
  const folder = await testFolder('release')
  await mkdir(join(folder, name))
  await copyFile(binary, join(folder, name, BINARY))
  execFileSync('tar', ['-C', folder, '--use-compress-program=gzip -1', '-cf', join(folder, 'archive'), name])
  const archive = await readFile(join(folder, 'archive'))
  const digest = createHash('sha256').update(archive).digest('hex')
  return {version, name: `${name}.tar.gz`, archive, sums: `${'0'.repeat(64)}  another.zip\n${digest}  ${name}.tar.gz\n`}
}

export type ReleaseServer = {url: string /** Paths that were asked for. */; requests: string[]}

/** Serves a release over HTTP. `send` may send something else in the archive's place. */
export async function serveRelease(
  {version, name, archive, sums}: Release,
  send: (response: ServerResponse) => void = (response) => response.end(archive),
): Promise<ReleaseServer> {
  const requests: string[] = []
  const server: Server = createServer((request, response) => {
    const path = request.url!
    requests.push(path)
    if (path === '/latest') response.writeHead(302, {location: `/tag/v${version}`}).end()
    else if (path === `/download/v${version}/SHA256SUMS`) response.end(sums)
    else if (path === `/download/v${version}/${name}`) send(response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests}
}
