import {compare, parseSemVer} from '@nats-io/nats-core/internal'
import {CliError} from '../errors.ts'

/** Something that only newer servers know: what it is called here, and the version that brought it. */
export type Requirement = {what: string; version: string}

/**
 * Refuses what the server is too old for. Old servers do not: they drop what they do not know, in silence.
 *
 * @param server version of the server that this program is connected to
 * @throws CliError naming what needs which version
 */
export function checkVersion(server: string, requirements: Requirement[]): void {
  const tooNew = requirements.filter(({version}) => compare(parseSemVer(server), parseSemVer(version)) < 0)
  if (tooNew.length === 0) return
  const list = tooNew.map(({what, version}) => `${what} (${version})`).join(', ')
  throw new CliError(`the server, version ${server}, is too old for: ${list}`, {
    hint: 'the version that each needs is in brackets; update the server, or leave that out',
  })
}
