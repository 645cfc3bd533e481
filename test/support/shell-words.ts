/** Splits one simple shell command into its words: quotes are taken off, `#` begins a comment, redirections stay words. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  for (const match of line.trim().matchAll(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g)) {
    if (match[0].startsWith('#')) break
    words.push(
      match[0].replace(/\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/g, (_, plain, single, double) => plain ?? single ?? double),
    )
  }
  return words
}
