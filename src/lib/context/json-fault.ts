const SPACE = /[\t\n\r ]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y
const SCALAR = new RegExp(String.raw`${STRING.source}|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null`, 'y')

/**
 * Where `text` stops being JSON (RFC 8259), and the character there, `undefined` at the end of the text; lines and
 * columns count from 1. JSON.parse does not always tell the place, and its messages quote the file, secrets included.
 */
export function jsonFault(text: string): {line: number; column: number; found: string | undefined} {
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const length = pattern.exec(text)?.[0].length
    at += length ?? 0
    return length !== undefined
  }
  const next = () => {
    take(SPACE)
    return text[at]
  }
  const sign = (wanted: string) => {
    const found = next() === wanted
    if (found) at += 1
    return found
  }
  const string = () => next() !== undefined && take(STRING)
  const series = (end: string, item: () => boolean) => {
    at += 1
    if (sign(end)) return true
    do {
      if (!item()) return false
    } while (sign(','))
    return sign(end)
  }
  const value = (): boolean => {
    const first = next()
    if (first === '{') return series('}', () => string() && sign(':') && value())
    if (first === '[') return series(']', value)
    return take(SCALAR)
  }

  if (value()) take(SPACE)
  const lines = text.slice(0, at).split('\n')
  return {line: lines.length, column: lines.at(-1)!.length + 1, found: text[at]}
}
