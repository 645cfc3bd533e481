import {UsageError} from '../../errors.ts'

/** Subjects or names from a flag that may be repeated, each one or a list with commas or blanks. Empty ones are left out. */
export function splitList(values: string[]): string[] {
  return values.flatMap((value) => value.split(/[\s,]+/)).filter(Boolean)
}

/**
 * Reads `key=value` and `key:value`; the value may be empty and may hold more of both.
 *
 * @throws UsageError for a text with neither sign or without a key
 */
export function metadataMap(values: string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.search(/[=:]/)
      if (at < 1) throw new UsageError(`--metadata: ${JSON.stringify(value)} is not KEY=VALUE`)
      return [value.slice(0, at), value.slice(at + 1)]
    }),
  )
}
