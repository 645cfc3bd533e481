import {UsageError} from './errors.ts'

type ParseError = Error & {oclif?: unknown; args?: (string | {name: string})[]; flags?: string[]}

/**
 * oclif's parse errors in this program's words. They are told apart by what they carry, because their classes are not
 * exported; their own text is never shown where it could repeat the input (a password, say).
 *
 * @param knownFlags the long names this command has, for "did you mean"
 */
export function toUsageError(error: ParseError, command: string, knownFlags: string[]): Error {
  if (error instanceof UsageError || !('oclif' in error)) return error

  const help = `see: nats ${command.replaceAll(':', ' ')} --help`
  const [first] = error.args ?? []
  if (typeof first === 'string') return new UsageError(`unexpected argument ${JSON.stringify(first)}`, help)
  if (first) return new UsageError(`required argument '${first.name}' not provided`, help)

  const [flag] = error.flags ?? []
  if (flag) {
    const near = nearest(flag.replace(/^-+/, ''), knownFlags)
    return new UsageError(`unknown flag '${flag}'`, near ? `did you mean --${near}?` : help)
  }
  // Two flags that exclude each other are reported once for each of them, in either order.
  const exclusive = /--[\w-]+=.* cannot also be provided when using --[\w-]+/.test(error.message)
  const [one, other] = new Set(exclusive ? error.message.match(/--[\w-]+(?==| |$)/gm) : [])
  if (other) return new UsageError(`${one} and ${other} contradict each other`, help)
  return new UsageError(error.message.replace(/\nSee more help with --help$/, ''), help)
}

/** The known word that is at most two typing errors away from `word` (one, for a short word), or one that it begins. */
export function nearest(word: string, known: string[]): string | undefined {
  const ranked = known
    .map((name) => ({name, distance: editDistance(word, name)}))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  if (best && best.distance <= Math.min(2, Math.floor(word.length / 2))) return best.name
  return word.length > 1 ? known.find((name) => name.startsWith(word)) : undefined
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j]! + (letter === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
