import type {Json} from '../api.ts'
import {withoutServerMetadata} from '../stream-config/make.ts'
import type {ConsumerConfig} from './config.ts'

/**
 * A consumer's configuration with what a file says in its place: fields that the file does not have stay as they are,
 * and null takes one away. The consumer stays the same one, also when the file is of another.
 */
export function overlay(before: ConsumerConfig, file: Json): ConsumerConfig {
  const {name: _name, durable_name: _durable, ...fields} = withoutServerMetadata(file)
  const config: Json = {...before, ...fields}
  if (fields.filter_subject && !fields.filter_subjects) delete config.filter_subjects
  if (fields.filter_subjects && !fields.filter_subject) delete config.filter_subject
  if ('metadata' in file) config.metadata = {...serverMetadata(before), ...(fields.metadata as object)}
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null))
}

/** Keys that the server keeps in the metadata for itself. */
export function serverMetadata({metadata}: ConsumerConfig): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => key.startsWith('_nats.')))
}
