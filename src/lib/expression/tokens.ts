import {UsageError} from '../errors.ts'

export type Token = {
  kind: 'number' | 'string' | 'name' | 'operator' | 'end'
  text: string
  value?: number | string
  at: number
}

const PATTERNS: [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ['number', /0x[\da-f]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:e[+-]?\d+)?/iy],
  ['string', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y],
  ['name', /[\p{L}_$#][\p{L}\p{N}_$]*/uy],
  ['operator', /\?\.|\?\?|\*\*|\.\.|&&|\|\||[=!<>]=|[-+*/%^<>!?:.,()[\]{}]/y],
]

/** Cuts an expression into words. @throws UsageError showing the place of what it does not know */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < source.length; ) {
    const token = match(source, at)
    if (!token) throw faultAt(source, at, `cannot read ${JSON.stringify(source[at])}`)
    if (token.kind !== 'space') tokens.push(token as Token)
    at += token.text.length
  }
  return [...tokens, {kind: 'end', text: 'the end', at: source.length}]
}

function match(source: string, at: number) {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const text = pattern.exec(source)?.[0]
    if (!text) continue
    if (kind === 'number') return {kind, text, at, value: Number(text.replaceAll('_', ''))}
    if (kind === 'string') return {kind, text, at, value: unquote(text)}
    return {kind, text, at}
  }
}

const ESCAPES: Record<string, string> = {n: '\n', r: '\r', t: '\t', 0: '\0'}

function unquote(text: string): string {
  const inner = text.slice(1, -1)
  if (text[0] === '`') return inner
  return inner.replace(/\\(u([\da-f]{4})|.)/gi, (_, escaped: string, code?: string) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : (ESCAPES[escaped] ?? escaped),
  )
}

/** What is wrong, and where, with the place marked under the expression. */
export function faultAt(source: string, at: number, message: string): UsageError {
  return new UsageError(`--expression: ${message}\n | ${source}\n | ${'.'.repeat(at)}^`)
}
