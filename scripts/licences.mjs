import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

/**
 * The licence texts of every package that went into the bundle, for the tarball: bundled code keeps its notices.
 */
export async function collectLicences(metafile, root) {
  const packages = new Set()
  for (const input of Object.keys(metafile.inputs)) {
    const folder = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]
    if (folder) packages.add(folder)
  }
  const texts = await Promise.all(
    [...packages].sort().map(async (folder) => {
      const {name, version, license} = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
      const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file ? await readFile(join(root, folder, file), 'utf8') : `Licence: ${license}\n`
      return `${name} ${version}\n\n${text}`
    }),
  )
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}
