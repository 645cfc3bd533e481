import {mkdirSync, statSync} from 'node:fs'
import {dirname} from 'node:path'

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends, and hears no signal meanwhile,
 * where no folder can be made although the one above is there: `/proc/x`.
 *
 * @returns the topmost folder that was made, undefined when all were there
 */
export function makeFolder(path: string, mode?: number): string | undefined {
  if (statSync(path, {throwIfNoEntry: false})?.isDirectory()) return undefined
  const parent = dirname(path)
  const topmost = parent === path ? undefined : makeFolder(parent, mode)
  try {
    mkdirSync(path, {mode})
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!statSync(path, {throwIfNoEntry: false})?.isDirectory()) throw error
    return topmost
  }
  return topmost ?? path
}
