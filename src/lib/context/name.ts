import {UsageError} from '../errors.ts'

/** Longest name, in bytes: most file systems allow 255 for a file name, and `.json` is added. */
const LONGEST = 250

/**
 * Refuses a name that can not be, or should not be, the name of a file in the context folder.
 * Throws UsageError (exit code 2) which says what is wrong with it.
 */
export function checkName(name: string): void {
  const fault = faultOf(name)
  if (fault)
    throw new UsageError(`not a context name: ${JSON.stringify(name)} ${fault}`, 'use letters, digits, - and _')
}

/** Whether checkName lets a name pass. */
export function isName(name: string): boolean {
  return faultOf(name) === undefined
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.includes('..')) return 'contains ".."'
  if (/[/\\]/.test(name)) return 'contains a slash'
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'contains a control character'
  // A hidden file is easily forgotten together with the password in it; a dash is taken for a flag.
  if (/^[.-]/.test(name)) return `begins with "${name[0]}"`
  if (name.trim() !== name) return 'begins or ends with a space'
  if (Buffer.byteLength(name) > LONGEST) return `is longer than ${LONGEST} bytes`
  return undefined
}
