import {UsageError} from '../errors.ts'
import {parseExpression, type Tree} from './parse.ts'
import {faultAt} from './tokens.ts'

type Scope = {[name: string]: unknown}
type Run = (tree: Tree, scope: Scope) => unknown

/**
 * Makes a filter of an expression such as `state.messages > 5 and "orders.>" in config.subjects`.
 *
 * @param names what an expression may speak of
 * @throws UsageError for what cannot be read or names something else; when applied, for what is not true or false
 */
export function compileFilter(source: string, names: string[]): (scope: Scope) => boolean {
  const tree = parseExpression(source)
  checkNames(tree, new Set([...names, '#']), source)
  return (scope) => {
    const result = run(tree, scope)
    if (typeof result === 'boolean') return result
    throw new UsageError(`--expression: ${source} is ${JSON.stringify(result)}, which is neither true nor false`)
  }

  function run(tree: Tree, scope: Scope): unknown {
    switch (tree.type) {
      case 'value':
        return tree.value
      case 'name':
        return scope[tree.name]
      case 'list':
        return tree.items.map((item) => run(item, scope))
      case 'member':
        return member(tree, scope)
      case 'unary':
        return unary(tree.operator, run(tree.operand, scope))
      case 'choice':
        return run(run(tree.test, scope) ? tree.yes : tree.no, scope)
      case 'call':
        return functions[tree.name]!(tree.args, scope, run)
      case 'binary':
        return binary(tree.operator, run(tree.left, scope), () => run(tree.right, scope))
    }
  }

  function member({object, key, optional, at}: Tree & {type: 'member'}, scope: Scope): unknown {
    const from = run(object, scope)
    const name = run(key, scope)
    if (from !== null && from !== undefined) {
      if (Array.isArray(from)) return typeof name === 'number' ? from.at(name) : undefined
      return typeof from === 'object' && Object.hasOwn(from, name as string)
        ? (from as Scope)[name as string]
        : undefined
    }
    // A field below one that this stream does not have, its mirror for instance, is nothing, like a field it lacks.
    if (optional || object.type === 'member') return undefined
    throw faultAt(source, at, `cannot fetch ${String(name)} from nil`)
  }
}

function checkNames(tree: Tree, known: Set<string>, source: string): void {
  if (tree.type === 'name' && !known.has(tree.name)) throw faultAt(source, tree.at, `unknown name ${tree.name}`)
  if (tree.type === 'call' && !Object.hasOwn(functions, tree.name))
    throw faultAt(source, tree.at, `unknown function ${tree.name}`)
  const parts = Object.values(tree).flat() as Tree[]
  for (const part of parts) if (typeof part === 'object' && part && 'type' in part) checkNames(part, known, source)
}

function unary(operator: string, value: unknown): unknown {
  if (operator === '-') return -Number(value)
  return operator === '+' ? Number(value) : !value
}

const same = (a: unknown, b: unknown) => (a ?? null) === (b ?? null) || JSON.stringify(a) === JSON.stringify(b)

function contains(container: unknown, item: unknown): boolean {
  if (Array.isArray(container)) return container.some((each) => same(each, item))
  return typeof container === 'object' && container !== null && Object.hasOwn(container, String(item))
}

type Ordered = number | string
const binaryOperators: Record<string, (left: never, right: never) => unknown> = {
  '==': (a, b) => same(a, b),
  '!=': (a, b) => !same(a, b),
  '<': (a: Ordered, b: Ordered) => a < b,
  '<=': (a: Ordered, b: Ordered) => a <= b,
  '>': (a: Ordered, b: Ordered) => a > b,
  '>=': (a: Ordered, b: Ordered) => a >= b,
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
  '**': (a: number, b: number) => a ** b,
  '^': (a: number, b: number) => a ** b,
  in: (a, b) => contains(b, a),
  contains: (a, b) => String(a ?? '').includes(b),
  startsWith: (a, b) => String(a ?? '').startsWith(b),
  endsWith: (a, b) => String(a ?? '').endsWith(b),
  matches: (a, b) => toRegExp(b).test(String(a ?? '')),
  '..': (a: number, b: number) => Array.from({length: Math.max(0, Math.min(b - a + 1, 1e6))}, (_, i) => a + i),
}

function binary(operator: string, left: unknown, right: () => unknown): unknown {
  if (operator === 'and' || operator === '&&') return Boolean(left) && Boolean(right())
  if (operator === 'or' || operator === '||') return Boolean(left) || Boolean(right())
  if (operator === '??') return left ?? right()
  return binaryOperators[operator]!(left as never, right() as never)
}

function toRegExp(pattern: unknown): RegExp {
  try {
    return new RegExp(String(pattern))
  } catch {
    throw new UsageError(`--expression: ${JSON.stringify(pattern)} is not a regular expression`)
  }
}

type Function = (args: Tree[], scope: Scope, run: Run) => unknown
const entriesOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : Object.values(value ?? {}))
/** A function of values. */
const plain =
  (apply: (...values: never[]) => unknown): Function =>
  (args, scope, run) =>
    apply(...(args.map((arg) => run(arg, scope)) as never[]))
/** A function of a list and of a predicate, in which `#` is the entry at hand. */
const over =
  (apply: (entries: unknown[], holds: (entry: unknown) => unknown) => unknown): Function =>
  ([list, predicate], scope, run) =>
    apply(entriesOf(list && run(list, scope)), (entry) => (predicate ? run(predicate, {...scope, '#': entry}) : entry))

const functions: Record<string, Function> = {
  len: plain((value: string | unknown[] | object) =>
    typeof value === 'string' ? value.length : entriesOf(value).length,
  ),
  lower: plain((text: string) => String(text ?? '').toLowerCase()),
  upper: plain((text: string) => String(text ?? '').toUpperCase()),
  trim: plain((text: string) => String(text ?? '').trim()),
  split: plain((text: string, separator: string) => String(text ?? '').split(separator)),
  abs: plain((value: number) => Math.abs(value)),
  int: plain((value: number) => Math.trunc(Number(value))),
  float: plain((value: number) => Number(value)),
  string: plain((value) => String(value)),
  min: plain((...values: number[]) => Math.min(...values.flat())),
  max: plain((...values: number[]) => Math.max(...values.flat())),
  keys: plain((value: object) => Object.keys(value ?? {})),
  values: plain((value: object) => entriesOf(value)),
  now: plain(() => new Date().toISOString()),
  all: over((entries, holds) => entries.every(holds)),
  any: over((entries, holds) => entries.some(holds)),
  none: over((entries, holds) => !entries.some(holds)),
  one: over((entries, holds) => entries.filter(holds).length === 1),
  filter: over((entries, holds) => entries.filter(holds)),
  count: over((entries, holds) => entries.filter(holds).length),
  map: over((entries, holds) => entries.map(holds)),
  sum: over((entries, holds) => entries.reduce<number>((total, entry) => total + Number(holds(entry)), 0)),
}
