// Loads the bundled files of dist/ with V8's code cache, so that a command compiles no JavaScript after its first run.
// Node 22 has one built in (module.enableCompileCache), but keeps only what was compiled before a file ran; here the
// functions that the first run needed are kept as well, which makes the next ones a seventh faster. The variables are
// Node's: NODE_COMPILE_CACHE names the folder, NODE_DISABLE_COMPILE_CACHE turns it off.
import fs from 'node:fs'
import module from 'node:module'
import os from 'node:os'
import path from 'node:path'
import vm from 'node:vm'
import {makeFolder} from './lib/make-folder.ts'

const KEEP_MS = 30 * 86_400_000

function cacheRoot(): string {
  const home = process.env.XDG_CACHE_HOME || path.join(process.env.HOME || os.homedir(), '.cache')
  return process.env.NODE_COMPILE_CACHE || path.join(home, 'nats', 'code')
}

/** Other builds and other versions of Node have folders of their own beside this one. */
const cacheFolder = () => path.join(cacheRoot(), `${process.version}-${process.arch}-${BUILD_ID}`)

function readCache(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file)
  } catch {
    return undefined
  }
}

/** Best effort: a read-only or full disk only costs the next start its speed. */
function writeCaches(folder: string, scripts: Map<string, vm.Script>): void {
  try {
    if (!fs.existsSync(folder)) removeUnused(path.dirname(folder))
    makeFolder(folder, 0o700)
    for (const [file, script] of scripts) {
      const temporary = `${file}.${process.pid}`
      fs.writeFileSync(temporary, script.createCachedData())
      fs.renameSync(temporary, file)
    }
  } catch {}
}

/** Removes the caches of builds that are long gone, so that upgrades leave nothing behind for good. */
function removeUnused(root: string): void {
  for (const name of fs.existsSync(root) ? fs.readdirSync(root) : []) {
    const folder = path.join(root, name)
    if (Date.now() - fs.statSync(folder).mtimeMs > KEEP_MS) fs.rmSync(folder, {recursive: true, force: true})
  }
}

function cachingRequire(folder: string): (name: string) => unknown {
  const loaded = new Map<string, {exports: unknown}>()
  const fresh = new Map<string, vm.Script>()
  const builtin = module.createRequire(__filename)

  process.on('exit', () => {
    if (fresh.size > 0) writeCaches(folder, fresh)
  })

  const load = (name: string): unknown => {
    const known = loaded.get(name)
    if (known) return known.exports

    const file = `${__dirname}/${name}`
    const cacheFile = `${folder}/${name.replaceAll('/', '+')}`
    const cachedData = readCache(cacheFile)
    // The bundle is pure ASCII, which is quicker to read as what it is.
    const script = new vm.Script(module.wrap(fs.readFileSync(file, 'latin1')), {filename: file, cachedData})
    if (!cachedData || script.cachedDataRejected) fresh.set(cacheFile, script)

    const instance = {exports: {}}
    loaded.set(name, instance)
    // All that a bundled file requires beside packages of Node are chunks, wherever it is itself.
    const require = (id: string) => (id[0] === '.' ? load(`chunks${id.slice(id.lastIndexOf('/'))}`) : builtin(id))
    script.runInThisContext()(instance.exports, require, instance, file, path.dirname(file))
    return instance.exports
  }
  return load
}

/** Loads a file of dist/ by its name there. */
export const load = process.env.NODE_DISABLE_COMPILE_CACHE
  ? (name: string): unknown => module.createRequire(__filename)(`./${name}`)
  : cachingRequire(cacheFolder())
