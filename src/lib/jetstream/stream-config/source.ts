import {UsageError} from '../../errors.ts'
import {isObject} from '../api.ts'
import type {StreamSource} from '../stream.ts'

/**
 * A mirror or a source as the flag gives it: the name of a stream, or what the API has of it as JSON:
 * `{"name":"ORDERS","opt_start_seq":5,"external":{"api":"$JS.hub.API"}}`.
 *
 * @throws UsageError for JSON that cannot be read or has no name
 */
export function parseSource(flag: string, text: string): StreamSource {
  if (!text.trimStart().startsWith('{')) return {name: text}
  let source: unknown
  try {
    source = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${flag}: cannot read the JSON: ${(error as Error).message}`)
  }
  if (isObject(source) && typeof source.name === 'string' && source.name) return source as StreamSource
  throw new UsageError(`${flag}: the JSON has no "name" of a stream`)
}
