import {findCached} from '../../src/lib/local-server/find.ts'
import {compareVersions} from '../../src/lib/local-server/version.ts'

/**
 * The servers that the tests run against: the series, the suite of Debian that has it, and a release of it for a
 * machine without Debian's packages. The newest is the default.
 */
export const SERVERS = {
  '2.9': {series: '2.9', suite: 'bookworm', release: '2.9.25'},
  '2.10': {series: '2.10', suite: 'trixie', release: '2.10.27'},
  newest: {series: undefined, suite: 'sid', release: undefined},
} as const

export type ServerVersion = keyof typeof SERVERS

/** Path of an installed server; undefined when vitest's global set-up has yet to install it. */
export async function installedServer(version: ServerVersion): Promise<string | undefined> {
  const path = await findCached(SERVERS[version].series)
  const oldest = version === 'newest' ? '2.11' : version
  return path && compareVersions(path.split('/').at(-2)!, oldest) >= 0 ? path : undefined
}
