import {fstatSync} from 'node:fs'
import {addAbortSignal} from 'node:stream'
import {CliError} from '../errors.ts'
import {bytes, number} from '../output/human.ts'

/** Where bodies come from: stdin, as in the process, or chunks of a test. */
type Input = AsyncIterable<Uint8Array>

/**
 * Whether the body comes from stdin: only if none was given, it is `-`, or stdin is asked for. Whether stdin or stdout is a
 * terminal, a pipe or a file changes nothing, so that a command works in a `while read` loop as it does by hand. "" is a body.
 */
export function readsStdin(body: string | undefined, forced: boolean | undefined): boolean {
  return forced === true || body === undefined || body === '-'
}

/** The stdin of the process, until `signal`, if given, ends the reading. Nothing of it is taken before this is called. */
export function openStdin(signal?: AbortSignal): Input {
  // Node would make an empty input of it.
  if (fstatSync(0).isDirectory()) throw new CliError('stdin is a folder')
  return signal ? addAbortSignal(signal, process.stdin) : process.stdin
}

/** Everything up to the end of the input as one body, byte for byte. */
export async function readBody(input: Input, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > limit) throw tooLarge('the input is', limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/**
 * One body for each line, byte for byte without the newline; the last line may lack it. All lines that came with one chunk are
 * given together, and the input is not read on until they are dealt with.
 */
export async function* readLines(input: Input, limit: number): AsyncGenerator<Buffer[]> {
  let begun: Uint8Array[] = []
  let size = 0
  let count = 0
  const take = () => {
    const line = Buffer.concat(begun, size)
    begun = []
    size = 0
    count++
    return line
  }
  for await (const chunk of input) {
    const lines: Buffer[] = []
    for (let from = 0; from < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, from)
      const end = newline < 0 ? chunk.length : newline
      begun.push(chunk.subarray(from, end))
      size += end - from
      if (size > limit) {
        if (lines.length > 0) yield lines
        throw tooLarge(`line ${number(count + 1)} of the input is`, limit)
      }
      if (newline >= 0) lines.push(take())
      from = end + 1
    }
    if (lines.length > 0) yield lines
  }
  if (size > 0) yield [take()]
}

const NEWLINE = 0x0a
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/**
 * One text for each JSON object of the input: one a line, one after the other, or spread over many lines. Only the bounds of
 * the objects are looked for; whether they are JSON is for the reader to find.
 */
export async function* readObjects(input: Input, limit: number): AsyncGenerator<string[]> {
  let begun: Uint8Array[] = []
  let size = 0
  let depth = 0
  let inString = false
  let escaped = false
  let count = 0
  const problem = (text: string) => new CliError(`record ${number(count + 1)} of the input is ${text}`)
  for await (const chunk of input) {
    const objects: string[] = []
    let from = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
      } else if (byte === OPEN) {
        if (depth++ === 0) from = i
      } else if (depth === 0) {
        if (isSpace(byte)) continue
        if (objects.length > 0) yield objects
        throw problem('not a JSON object')
      } else if (byte === QUOTE) {
        inString = true
      } else if (byte === CLOSE && --depth === 0) {
        begun.push(chunk.subarray(from, i + 1))
        objects.push(Buffer.concat(begun).toString())
        begun = []
        size = 0
        count++
      }
    }
    if (objects.length > 0) yield objects
    if (depth === 0) continue
    begun.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > limit) throw tooLarge(`record ${number(count + 1)} of the input is`, limit)
  }
  if (depth > 0) throw problem('cut off')
}

function tooLarge(what: string, limit: number): CliError {
  return new CliError(`${what} larger than ${number(limit)} bytes (${bytes(limit)}), the most that the server takes`)
}
