import {join} from 'node:path'

// What libraries load at their start although this program never uses it. A bundler cannot see that; left in, it takes
// as long as all the rest of a `nats pub`. docs/benchmarks.md has the figures.

const here = (file) => join(import.meta.dirname, 'slim', file)

/** Of oclif the parser and the base class are used: not its configuration, help, prompts, spinners and pretty printing. */
const OCLIF_UNUSED =
  /^(node:readline|clean-stack|indent-string|wrap-ansi|(\.\.?\/)+(config|help|help\/index|help\/util|ux|ux\/list|ux\/theme|ux\/write|logger|screen|performance|handle|warn|errors\/pretty-print))$/

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
    // tweetnacl asks for `crypto` when it is loaded, for random numbers that most commands never need.
    build.onResolve({filter: /^crypto$/}, ({importer}) =>
      /tweetnacl/.test(importer) ? {path: here('random-bytes.cjs')} : undefined,
    )
  },
}
