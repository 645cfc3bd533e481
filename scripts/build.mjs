// Bundles src/ into dist/: one small file per command, the code they share in chunks, everything as CommonJS because
// V8's code cache (src/loader.ts) works on scripts. esbuild splits chunks only for ES modules, so that is done first
// and each piece is turned into CommonJS after it. Then writes down what the commands declare: dist/index.json
// to find a command by, dist/manifest.json for help. `npm run manifest` copies the latter to oclif.manifest.json.
import {createHash} from 'node:crypto'
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build, transform} from 'esbuild'
import {collectLicences} from './licences.mjs'
import {describeCommands} from './manifest.mjs'
import {slim} from './slim.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const staging = join(root, `.dist-${process.pid}`)
const {version} = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

const ASCII = /^[\0-\x7f]*$/

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  define: {VERSION: JSON.stringify(version)},
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
}

const split = await build({
  ...common,
  entryPoints: [join(root, 'src/main.ts'), join(root, 'src/commands/**/*.ts')],
  outbase: join(root, 'src'),
  outdir: staging,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  outExtension: {'.js': '.cjs'},
  metafile: true,
  plugins: [slim],
  minifySyntax: true,
  minifyWhitespace: true,
})

const files = await Promise.all(
  split.outputFiles.map(async ({path, text}) => {
    const options = {format: 'cjs', platform: 'node', target: 'node20', minifyWhitespace: true}
    const {code} = await transform(text, {...options, supported: {'dynamic-import': false}})
    if (!ASCII.test(code)) throw new Error(`${path} is not pure ASCII, as which src/loader.ts reads it`)
    return [path, code]
  }),
)

// Names this build for the code cache: V8 itself only compares the length of a source.
const hash = createHash('sha256')
for (const [path, code] of files) hash.update(relative(staging, path)).update(code)
const loader = await build({
  ...common,
  entryPoints: [join(root, 'src/loader.ts')],
  outdir: staging,
  format: 'cjs',
  outExtension: {'.js': '.cjs'},
  define: {BUILD_ID: JSON.stringify(hash.digest('hex').slice(0, 16))},
})
files.push([join(staging, 'loader.cjs'), loader.outputFiles[0].text])

for (const [path, code] of files) {
  await mkdir(dirname(path), {recursive: true})
  await writeFile(path, code)
}
await writeFile(join(staging, 'THIRD-PARTY.txt'), await collectLicences(split.metafile, root))

const require = createRequire(import.meta.url)
const commandFiles = files.map(([path]) => relative(staging, path)).filter((path) => path.startsWith('commands/'))
const {manifest, index} = await describeCommands(commandFiles, (file) => require(join(staging, file)).default, version)
await writeFile(join(staging, 'index.json'), JSON.stringify(index))
await writeFile(join(staging, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)

// The finished folder takes the old one's place in one step, so that a running command never sees half of it.
await rm(`${staging}-old`, {recursive: true, force: true})
await rename(dist, `${staging}-old`).catch(() => {})
await rename(staging, dist)
await rm(`${staging}-old`, {recursive: true, force: true})
