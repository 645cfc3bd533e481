import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {CliError, UsageError} from '../errors.ts'
import {writeError} from '../output/stdout.ts'

/** A text that a person edits, in a file of its own folder (0700). It stays there until `discard`, so that no work is lost. */
export class EditedText {
  readonly path: string
  private readonly original: string
  private readonly command: string

  /** Throws UsageError when no editor is set. */
  constructor(fileName: string, text: string, env: NodeJS.ProcessEnv = process.env) {
    const command = env.VISUAL || env.EDITOR
    if (!command)
      throw new UsageError('no editor is set', 'name yours in EDITOR, for example: EDITOR=vi nats context edit')
    this.command = command
    this.original = text
    this.path = join(mkdtempSync(join(tmpdir(), 'nats-edit-')), fileName)
    writeFileSync(this.path, text, {mode: 0o600})
  }

  /** Opens the editor, a shell command as git takes it, and waits for its end. Throws CliError when it failed. */
  async edit(): Promise<void> {
    const child = spawn('/bin/sh', ['-c', `${this.command} "$@"`, this.command, this.path], {stdio: 'inherit'})
    // A signal that ends this program must not leave the editor behind, nor a file with secrets in which nothing was done.
    const stop = () => {
      child.kill()
      if (this.isUntouched()) this.discard()
      else writeError(`nats: the edited text is kept in ${this.path}\n`)
    }
    process.once('exit', stop)
    const code = await new Promise<number | string>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status, signal) => resolve(status ?? signal ?? 'unknown'))
    }).finally(() => process.removeListener('exit', stop))
    if (code !== 0) throw new CliError(`the editor failed (${code}): ${this.command}`)
  }

  read(): string {
    return readFileSync(this.path, 'utf8')
  }

  isUntouched(): boolean {
    return this.read() === this.original
  }

  discard(): void {
    rmSync(dirname(this.path), {recursive: true, force: true})
  }
}
