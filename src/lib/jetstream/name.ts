import {UsageError} from '../errors.ts'

/** What may not be in the name of a stream or consumer: it is one token of a subject, and the name of a folder. */
const REFUSED = /[\s.*>/\\\u0000-\u001f\u007f]/

/** @throws UsageError for a name that no stream or consumer can have (ADR-6), before it becomes part of a subject */
export function checkName(kind: 'stream' | 'consumer', name: string): void {
  if (name === '' || REFUSED.test(name))
    throw new UsageError(
      `${JSON.stringify(name)} is not a valid ${kind} name`,
      'a name has no spaces, dots, slashes, * or >',
    )
}

/** Streams that another feature keeps its data in: they are listed and offered on request only. */
export function isSystemStream(name: string): boolean {
  return /^(KV_|OBJ_|MQTT_|\$)/.test(name)
}
