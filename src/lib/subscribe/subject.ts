import {UsageError} from '../errors.ts'

/**
 * Checks a subject to subscribe to: tokens joined by dots, none empty, no white space; `*` stands for one token and `>`, as the
 * last, for one or more (https://docs.nats.io/nats-concepts/subjects).
 *
 * @throws UsageError that says what is wrong with it
 */
export function checkSubject(subject: string, what = 'subject'): string {
  const wrong = problem(subject)
  if (wrong) throw new UsageError(`${what} ${JSON.stringify(subject)} ${wrong}`)
  return subject
}

function problem(subject: string): string | undefined {
  if (subject === '') return 'is empty'
  if (/[\s\0]/.test(subject)) return 'contains white space'
  const tokens = subject.split('.')
  if (tokens.includes('')) return 'has an empty token: dots stand between tokens'
  if (tokens.slice(0, -1).includes('>')) return 'has > before its end: it stands for all the rest'
  return undefined
}

/** @throws UsageError for a name that the protocol cannot carry */
export function checkQueue(queue: string): void {
  if (queue === '' || /[\s\0]/.test(queue))
    throw new UsageError(`--queue: ${JSON.stringify(queue)} is not a name without white space`)
}

/** Tells whether a subject matches one of the patterns. */
export function matcher(patterns: string[]): (subject: string) => boolean {
  const split = patterns.map((pattern) => pattern.split('.'))
  return (subject) => {
    const tokens = subject.split('.')
    return split.some((pattern) => matches(pattern, tokens))
  }
}

function matches(pattern: string[], tokens: string[]): boolean {
  const rest = pattern.at(-1) === '>'
  if (rest ? tokens.length < pattern.length : tokens.length !== pattern.length) return false
  return pattern.every((token, i) => token === '*' || (token === '>' && rest) || token === tokens[i])
}
