import {UsageError} from '../../errors.ts'

const ALL = Symbol('every member')
/** One step into a JSON value: a member, an element, or every one of them. */
type Step = string | number | typeof ALL

export type JsonPath = {
  /** All values that stand at the path; none when something on the way is missing. */
  find(value: unknown): unknown[]
}

/** `.name`, `[3]`, `[-1]`, `["any name"]`, `.*` or `[*]`. */
const STEP = /\.?\*|\.?\[\*\]|\.?\[(-?\d+)\]|\.?\[("(?:[^"\\]|\\.)*")\]|\.([^.[\]*"\s]+)/gy
/**
 * Compiles a path into a JSON document: `.order.items[0].sku`, `.items[*].price`, `["odd name"].x`. A `$` in front, or no dot
 * before the first name, are fine; `[-1]` is the last element.
 *
 * @throws UsageError for what is no path
 */
export function compileJsonPath(path: string): JsonPath {
  const text = path.replace(/^\$/, '')
  const steps = readSteps(/^[.[]|^$/.test(text) ? text : `.${text}`, path)
  return {find: (value) => steps.reduce<unknown[]>((found, step) => found.flatMap((one) => enter(one, step)), [value])}
}

function readSteps(text: string, path: string): Step[] {
  if (text === '.') return []
  const steps: Step[] = []
  let at = 0
  for (const [piece, index, quoted, name] of text.matchAll(STEP)) {
    at += piece.length
    steps.push(name ?? (index !== undefined ? Number(index) : quoted !== undefined ? JSON.parse(quoted) : ALL))
  }
  if (at < text.length)
    throw new UsageError(
      `--json-path: ${JSON.stringify(path)} is not a path, at ${JSON.stringify(text.slice(at))}`,
      'write it like .order.items[0].sku, .items[*].price or ["odd name"].x',
    )
  return steps
}

function enter(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (step === ALL) return Object.values(value)
  if (Array.isArray(value)) {
    const element = typeof step === 'number' ? value.at(step) : undefined
    return element === undefined ? [] : [element]
  }
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : []
}
