import {faultAt, type Token, tokenize} from './tokens.ts'

/** What an expression is made of; `at` is its place in the text. */
export type Tree =
  | {type: 'value'; value: unknown; at: number}
  | {type: 'name'; name: string; at: number}
  | {type: 'list'; items: Tree[]; at: number}
  | {type: 'member'; object: Tree; key: Tree; optional: boolean; at: number}
  | {type: 'unary'; operator: string; operand: Tree; at: number}
  | {type: 'binary'; operator: string; left: Tree; right: Tree; at: number}
  | {type: 'choice'; test: Tree; yes: Tree; no: Tree; at: number}
  | {type: 'call'; name: string; args: Tree[]; at: number}

/** How strongly an operator binds; `**` alone binds to its right. */
const STRENGTH = new Map<string, number>(
  Object.entries({
    ...{or: 10, '||': 10, and: 15, '&&': 15, '??': 50, '..': 25},
    ...{'==': 20, '!=': 20, '<': 20, '<=': 20, '>': 20, '>=': 20, in: 20},
    ...{contains: 20, startsWith: 20, endsWith: 20, matches: 20},
    ...{'+': 30, '-': 30, '*': 60, '/': 60, '%': 60, '**': 100, '^': 100},
  }),
)
const CONSTANTS = new Map<string, unknown>(Object.entries({true: true, false: false, nil: null, null: null}))

/** Reads an expression in the language of the reference client's `--expression` (expr-lang.org), without its pipes and variables. */
export function parseExpression(source: string): Tree {
  const tokens = tokenize(source)
  let position = 0
  const peek = () => tokens[position]!
  const next = () => tokens[position++]!
  const takes = (text: string) => {
    const {kind} = peek()
    if ((kind !== 'operator' && kind !== 'name') || peek().text !== text) return false
    position++
    return true
  }
  const fail = (token: Token) => faultAt(source, token.at, `unexpected ${token.text}`)
  const expect = (text: string) => {
    if (!takes(text)) throw faultAt(source, peek().at, `expected ${text} but got ${peek().text}`)
  }

  function choice(): Tree {
    const test = binary(0)
    const {at} = peek()
    if (!takes('?')) return test
    const yes = choice()
    expect(':')
    return {type: 'choice', test, yes, no: choice(), at}
  }

  function binary(least: number): Tree {
    let left = unary()
    for (;;) {
      const token = peek()
      const negated = token.kind === 'name' && token.text === 'not' && STRENGTH.has(tokens[position + 1]!.text)
      const operator = negated ? tokens[position + 1]!.text : token.text
      const strength = token.kind === 'operator' || token.kind === 'name' ? STRENGTH.get(operator) : undefined
      if (strength === undefined || strength < least) return left
      position += negated ? 2 : 1
      const right = binary(operator === '**' || operator === '^' ? strength : strength + 1)
      left = {type: 'binary', operator, left, right, at: token.at}
      if (negated) left = {type: 'unary', operator: 'not', operand: left, at: token.at}
    }
  }

  function unary(): Tree {
    const {text, at, kind} = peek()
    if (kind !== 'string' && ['!', '-', '+', 'not'].includes(text)) {
      next()
      return {type: 'unary', operator: text, operand: text === 'not' ? binary(16) : unary(), at}
    }
    return postfix(primary())
  }

  function primary(): Tree {
    const token = next()
    const {at, text} = token
    if (token.kind === 'number' || token.kind === 'string') return {type: 'value', value: token.value, at}
    if (token.kind === 'name' && !STRENGTH.has(text)) {
      if (CONSTANTS.has(text)) return {type: 'value', value: CONSTANTS.get(text), at}
      return takes('(') ? {type: 'call', name: text, args: list(')'), at} : {type: 'name', name: text, at}
    }
    if (token.kind === 'operator' && text === '[') return {type: 'list', items: list(']'), at}
    if (token.kind === 'operator' && text === '(') {
      const inner = choice()
      expect(')')
      return inner
    }
    // `.name` inside a predicate is a field of the entry at hand, and braces around a predicate say nothing more.
    if (token.kind === 'operator' && text === '.' && peek().kind === 'name') {
      return {type: 'member', object: {type: 'name', name: '#', at}, key: field(), optional: false, at}
    }
    if (token.kind === 'operator' && text === '{') {
      const inner = choice()
      expect('}')
      return inner
    }
    throw fail(token)
  }

  function postfix(object: Tree): Tree {
    const {at} = peek()
    const optional = takes('?.')
    if (optional || takes('.')) return postfix({type: 'member', object, key: field(), optional, at})
    if (!takes('[')) return object
    const key = choice()
    expect(']')
    return postfix({type: 'member', object, key, optional: false, at})
  }

  function field(): Tree {
    const token = next()
    if (token.kind !== 'name') throw fail(token)
    return {type: 'value', value: token.text, at: token.at}
  }

  function list(end: string): Tree[] {
    const items: Tree[] = []
    while (!takes(end)) {
      if (items.length > 0) expect(',')
      items.push(choice())
    }
    return items
  }

  const tree = choice()
  if (peek().kind !== 'end') throw fail(peek())
  return tree
}
