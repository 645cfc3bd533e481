import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect} from 'vitest'
import {type Options, type Result, run, temporaryFolder} from '../../support/cli.ts'

/** A home folder with a context store, and the commands run in it. */
export class Store {
  readonly home = temporaryFolder('nats-home-')
  readonly folder = join(this.home, '.config/nats')

  /** Runs `nats context …`. */
  context(words: string[], options: Options = {}): Promise<Result> {
    return run(['context', ...words], {home: this.home, cwd: this.home, ...options})
  }

  /** Runs `nats context …`, which must succeed and say nothing on stderr. Resolves to its stdout. */
  async succeed(words: string[], options: Options = {}): Promise<string> {
    const {stdout, stderr, code} = await this.context(words, options)
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    return stdout
  }

  file(name: string): string {
    return join(this.folder, 'context', `${name}.json`)
  }

  /** What is in the file of a context. */
  saved(name: string): Record<string, unknown> {
    return JSON.parse(readFileSync(this.file(name), 'utf8'))
  }

  /** Puts a text there that another client, or a person, has written. */
  put(name: string, text: string): void {
    mkdirSync(dirname(this.file(name)), {recursive: true})
    writeFileSync(this.file(name), text)
  }

  selected(): string {
    return readFileSync(join(this.folder, 'context.txt'), 'utf8')
  }
}
