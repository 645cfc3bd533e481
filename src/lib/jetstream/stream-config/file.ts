import {readFile} from 'node:fs/promises'
import {UsageError} from '../../errors.ts'
import {isObject, type Json} from '../api.ts'

/**
 * Reads a configuration from a JSON file: one as `--output` writes it, or all that `info --json` prints.
 *
 * @throws UsageError when there is no such file, or none that holds a configuration
 */
export async function readConfigFile(path: string): Promise<Json> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new UsageError(`--config: cannot read ${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`)
  })
  return parseConfig(text, `--config: ${path}`)
}

/** Reads a configuration from JSON. @param where how errors name its place */
export function parseConfig(text: string, where: string): Json {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${(error as Error).message}`)
  }
  if (!isObject(document)) throw new UsageError(`${where} is not a JSON object`)
  return isObject(document.config) ? document.config : document
}
