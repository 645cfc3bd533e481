import {join} from 'node:path'

// What libraries load at their start although this program never uses it, or uses it in few commands. A bundler cannot
// see that. docs/benchmarks.md tells what it costs.

const here = (file) => join(import.meta.dirname, 'slim', file)

/** Of oclif the parser and the base class are used: not its configuration, help, prompts, spinners and pretty printing. */
const OCLIF_UNUSED =
  /^(node:readline|clean-stack|indent-string|wrap-ansi|(\.\.?\/)+(config|help|help\/index|help\/util|ux|ux\/list|ux\/theme|ux\/write|logger|screen|performance|handle|warn|errors\/pretty-print|util\/fs))$/

/** Modules by their name and by who asks for them, and the small one that takes their place. */
const REPLACED = [
  // For flags that are a file which must exist; its other users are left out.
  [/^node:fs\/promises$/, /@oclif[\\/]core[\\/]lib[\\/]util[\\/]fs/, 'file-status.cjs'],
  // For random numbers that most commands never need.
  [/^crypto$/, /tweetnacl/, 'random-bytes.cjs'],
  // Signs for NKEYs, which most connections do not have; it is a quarter of the client library.
  [/^\.\/nacl$/, /@nats-io[\\/]nkeys/, 'nacl.cjs'],
  // src/lib/connection/transport.ts has TLS and looks up names on its own.
  [/^node:(tls|dns)$/, /@nats-io[\\/]transport-node/, 'unused.cjs'],
]

/** An esbuild plugin that puts small modules in the place of those. */
export const slim = {
  name: 'slim',
  setup(build) {
    build.onResolve({filter: OCLIF_UNUSED}, ({importer, path}) => {
      if (!/@oclif[\\/]core[\\/]lib/.test(importer)) return undefined
      // The parser has a small ./help of its own, which stays.
      if (path === './help' && /[\\/]parser[\\/]/.test(importer)) return undefined
      return {path: here('oclif.cjs')}
    })
    for (const [filter, asking, file] of REPLACED) {
      build.onResolve({filter}, ({importer}) => (asking.test(importer) ? {path: here(file)} : undefined))
    }
  },
}
