import {accessSync, constants, readFileSync, statSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {UsageError} from '../errors.ts'
import type {Context} from './context.ts'
import {expandHome} from './store.ts'

/** The settings that name a file, or another place, where the thing itself is kept. */
export const referenceKeys = ['creds', 'nkey', 'user_jwt', 'user_seed', 'cert', 'key', 'ca'] as const
export type ReferenceKey = (typeof referenceKeys)[number]

const SEED = /^\s*S[UANCOX][A-Z2-7]{40,}\s*$/
const JWT = /^\s*eyJ[\w-]+\.[\w-]+\.[\w-]*\s*$/

/**
 * What a reference holds: the thing itself (`embedded`), a place that only another program or the time of connecting
 * knows (`nsc`, `op`), or a file or variable, which is there (`OK`) or not (`ERROR`, with the reason; `secret` when the value must not be shown).
 */
export type ReferenceState =
  | {state: 'embedded' | 'nsc' | 'op' | 'OK'}
  | {state: 'ERROR'; reason: string; secret: boolean}

/** Looks where the value of one of `referenceKeys` leads, without reading it. */
export function checkReference(key: ReferenceKey, value: string): ReferenceState {
  if (isEmbedded(value)) return {state: 'embedded'}
  const [, scheme] = value.match(/^(nsc|op|env):\/\//) ?? []
  if (scheme === 'nsc' || scheme === 'op') return {state: scheme}
  if (scheme === 'env') {
    const variable = value.slice('env://'.length)
    return process.env[variable]
      ? {state: 'OK'}
      : {state: 'ERROR', reason: `the variable ${variable} is not set`, secret: false}
  }
  const reason = unreadable(value)
  // The value may be meant as the seed itself, with a typing error: then it is no file name to repeat on a screen.
  if (reason && key === 'user_seed' && !/[./\\]/.test(value))
    return {state: 'ERROR', reason: 'neither a seed nor a file', secret: true}
  return reason ? {state: 'ERROR', reason: `${value}: ${reason}`, secret: false} : {state: 'OK'}
}

/** Whether the value is the secret itself, and not the place where it is kept. */
function isEmbedded(value: string): boolean {
  return value.startsWith('data:') || SEED.test(value) || JWT.test(value)
}

/**
 * The context with the contents of its files in the place of their names, so that it works without them: as data URLs,
 * which is how the reference client embeds, and a JWT and its seed as they are. Throws UsageError naming a file that can not be read.
 */
export function embedFiles(context: Context): Context {
  const embedded = {...context}
  for (const key of referenceKeys) {
    const value = context[key]
    if (value === '' || value.startsWith('env://')) continue
    const found = checkReference(key, value)
    if (found.state === 'ERROR') throw new UsageError(`--embed: can not read ${key}: ${found.reason}`)
    if (found.state !== 'OK') continue
    const bytes = readFileSync(filePath(value))
    const isText = key === 'user_jwt' || key === 'user_seed'
    embedded[key] = isText ? bytes.toString().trim() : `data:;base64,${bytes.toString('base64')}`
  }
  return embedded
}

function filePath(value: string): string {
  return value.startsWith('file://') ? fileURLToPath(value) : expandHome(value)
}

/** Why a file can not be read; `undefined` when it can. */
function unreadable(value: string): string | undefined {
  try {
    const path = filePath(value)
    accessSync(path, constants.R_OK)
    return statSync(path).isFile() ? undefined : 'it is no file'
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    return (
      {ENOENT: 'there is no such file', ENOTDIR: 'there is no such file', EACCES: 'no permission to read it'}[code!] ??
      message
    )
  }
}
