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
