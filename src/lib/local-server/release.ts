import {createHash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {pipeline} from 'node:stream/promises'
import {CliError, ExitCode, NotFoundError} from '../errors.ts'
import {BINARY} from './find.ts'
import {runTool} from './tool.ts'

/** Where the project publishes its releases; NATS_SERVER_RELEASES names a mirror of the same layout. */
const RELEASES = 'https://github.com/nats-io/nats-server/releases'

export function releasesUrl(env: Record<string, string | undefined> = process.env): string {
  return (env.NATS_SERVER_RELEASES || RELEASES).replace(/\/+$/, '')
}

/**
 * The whole version to fetch: the wanted one, or the newest published, which `latest` redirects to.
 *
 * @param timeout milliseconds that the server may be silent
 * @throws CliError: not found for a series such as `2.10`, which a release cannot be fetched by; unreachable
 */
export async function releaseVersion(base: string, wanted: string | undefined, timeout: number): Promise<string> {
  if (wanted !== undefined) {
    if (/^\d+\.\d+\.\d+/.test(wanted)) return wanted
    throw new NotFoundError(`${base} needs a whole version, such as 2.10.27; ${wanted} is a series`)
  }
  const url = `${base}/latest`
  const response = await fetch(url, {redirect: 'manual', signal: AbortSignal.timeout(timeout)}).catch((error) => {
    throw unreachable(url, error, timeout)
  })
  const tag = /\/v(\d[^/]*)$/.exec(response.headers.get('location') ?? '')?.[1]
  if (tag) return tag
  throw new CliError(`${url} does not lead to a release`, {exitCode: ExitCode.Unreachable})
}

/**
 * Fetches the archive of a release, checks it against the published SHA-256, and unpacks the server.
 *
 * @param folder an empty folder to work in
 * @param timeout milliseconds that the transfer may stand still
 * @returns the path of the server
 * @throws CliError: unreachable; not found when there is no such release, or none for this system; failed when the
 *   archive is not what was published
 */
export async function fetchRelease(folder: string, base: string, version: string, timeout: number): Promise<string> {
  const name = `nats-server-v${version}-${system()}`
  const release = `${base}/download/v${version}`
  const sums = await text(body(`${release}/SHA256SUMS`, timeout))
  const published = parseChecksums(sums).get(`${name}.tar.gz`)
  if (!published) throw new NotFoundError(`${release} has no ${name}.tar.gz`)

  const archive = join(folder, `${name}.tar.gz`)
  const sum = await download(`${release}/${name}.tar.gz`, archive, timeout)
  if (sum !== published) {
    throw new CliError(`${name}.tar.gz is not what was published: its SHA-256 is ${sum}, not ${published}`, {
      hint: 'the download was damaged or tampered with; try again',
    })
  }
  await runTool('tar', ['-xzf', archive, '-C', folder, `${name}/${BINARY}`])
  return join(folder, name, BINARY)
}

/** Reads `sha256sum` output: file name → digest in lower-case hex. */
export function parseChecksums(listing: string): Map<string, string> {
  const sums = new Map<string, string>()
  for (const [, digest, name] of listing.matchAll(/^([0-9a-f]{64}) [ *](.+?)\r?$/gim))
    sums.set(name!, digest!.toLowerCase())
  return sums
}

/** This system as the releases' archives are named: Go's words for it. */
export function system(platform: string = process.platform, arch: string = process.arch): string {
  const systems: Record<string, string> = {win32: 'windows'}
  const machines: Record<string, string> = {x64: 'amd64', ia32: '386', arm: 'arm7', ppc64: 'ppc64le'}
  return `${systems[platform] ?? platform}-${machines[arch] ?? arch}`
}

async function download(url: string, file: string, timeout: number): Promise<string> {
  const hash = createHash('sha256')
  const digest = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  await pipeline(body(url, timeout), digest, createWriteStream(file))
  return hash.digest('hex')
}

/** What a URL has, in pieces; it may take long, but not stand still for longer than `timeout`. */
async function* body(url: string, timeout: number): AsyncGenerator<Uint8Array> {
  const stall = new AbortController()
  const timer = setTimeout(() => stall.abort(), timeout)
  try {
    const response = await fetch(url, {signal: stall.signal})
    if (response.status === 404) throw new NotFoundError(`${url} is not there`)
    if (!response.ok) throw new CliError(`${url} answers ${response.status}`, {exitCode: ExitCode.Unreachable})
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      timer.refresh()
      yield chunk
    }
  } catch (error) {
    throw unreachable(url, error, timeout)
  } finally {
    clearTimeout(timer)
  }
}

function unreachable(url: string, error: unknown, timeout: number): CliError {
  if (error instanceof CliError) return error
  const {name, message, cause} = error as Error & {cause?: Error & {code?: string}}
  const why = /^(Abort|Timeout)Error$/.test(name)
    ? `nothing came for ${timeout / 1000} s`
    : cause?.message || cause?.code || message
  return new CliError(`${url}: ${why}`, {exitCode: ExitCode.Unreachable, cause: error})
}
