import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

/** Where apt fetches packages from: one stanza of sources.list(5). */
export type AptSource = {
  uris: string[]
  suites: string[]
  components: string[]
  /** A keyring's path, a fingerprint or a whole key, as it stands in the file. */
  signedBy?: string
}

/** Suites of Debian, by release and by role. Those of updates, backports and security have no servers of their own. */
const DEBIAN_SUITE = /^(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)$/

/**
 * The source of Debian's own packages among the machine's: one with Debian's suites and component `main`. Other
 * projects name theirs after Debian's suites too, so one that is signed by Debian's keys or is named `debian` goes first.
 *
 * @param folder apt's configuration folder, /etc/apt
 */
export async function debianSource(folder = '/etc/apt'): Promise<AptSource | undefined> {
  const candidates = (await readSources(folder)).filter(
    ({suites, components}) => components.includes('main') && suites.some((suite) => DEBIAN_SUITE.test(suite)),
  )
  const own = ({uris, signedBy}: AptSource) =>
    /debian-archive/.test(signedBy ?? '') || uris.some((uri) => /\/debian\/?$/.test(uri))
  return candidates.find(own) ?? candidates[0]
}

async function readSources(folder: string): Promise<AptSource[]> {
  const parts = join(folder, 'sources.list.d')
  const names = (await readdir(parts).catch(() => [])).sort().map((name) => join(parts, name))
  const files = [join(folder, 'sources.list'), ...names]
  const read = async (file: string) => {
    // The name tells the format, and apt ignores every other file.
    const parse = file.endsWith('.sources') ? parseStanzas : file.endsWith('.list') ? parseLines : undefined
    return parse ? parse(await readFile(file, 'utf8').catch(() => '')) : []
  }
  return (await Promise.all(files.map(read))).flat()
}

/** Reads the one-line format: `deb [signed-by=FILE] URI SUITE COMPONENT...`. */
export function parseLines(text: string): AptSource[] {
  const sources: AptSource[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?([^#\s]\S*)\s+([^#\s]\S*)([^#]*)/.exec(line)
    if (!match) continue
    const [, options = '', uri, suite, components] = match
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]
    sources.push({uris: [uri!], suites: [suite!], components: words(components!), signedBy})
  }
  return sources
}

/** Reads the deb822 format: stanzas of `Field: value`, where a value goes on in lines that begin with a space. */
export function parseStanzas(text: string): AptSource[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'))
  const sources: AptSource[] = []
  for (const stanza of lines.join('\n').split(/\n\s*\n/)) {
    const fields = new Map<string, string>()
    for (const field of stanza.split(/\n(?![ \t])/)) {
      const colon = field.indexOf(':')
      if (colon > 0)
        fields.set(field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1).replace(/^[ \t]+|\s+$/g, ''))
    }
    const list = (name: string) => words(fields.get(name) ?? '')
    const disabled = /^(no|false|without|off|disable|0)$/i.test(fields.get('enabled') ?? '')
    const [uris, suites, components] = [list('uris'), list('suites'), list('components')]
    if (disabled || !list('types').includes('deb') || !uris.length || !suites.length) continue
    sources.push({uris, suites, components, signedBy: fields.get('signed-by')})
  }
  return sources
}

/** Writes a source in the deb822 format, which holds every source of the one-line format too. */
export function formatStanza({uris, suites, components, signedBy}: AptSource): string {
  const fields = [
    'Types: deb',
    `URIs: ${uris.join(' ')}`,
    `Suites: ${suites.join(' ')}`,
    `Components: ${components.join(' ')}`,
  ]
  if (signedBy !== undefined) fields.push(`Signed-By:${signedBy.startsWith('\n') ? '' : ' '}${signedBy}`)
  return `${fields.join('\n')}\n`
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean)
}
