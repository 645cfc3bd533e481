import {findCached} from '../../src/lib/local-server/find.ts'
import {compareVersions} from '../../src/lib/local-server/version.ts'

/** The servers that the tests run against: the series, and the Debian suite that has it. The newest is the default. */
export const SERVERS = {
  '2.9': {series: '2.9', suite: 'bookworm'},
  '2.10': {series: '2.10', suite: 'trixie'},
  newest: {series: undefined, suite: 'sid'},
} as const

export type ServerVersion = keyof typeof SERVERS

/** Path of an installed server; undefined when vitest's global set-up has yet to install it. */
export async function installedServer(version: ServerVersion): Promise<string | undefined> {
  const path = await findCached(SERVERS[version].series)
  const oldest = version === 'newest' ? '2.11' : version
  return path && compareVersions(path.split('/').at(-2)!, oldest) >= 0 ? path : undefined
}
