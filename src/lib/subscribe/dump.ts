import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {CliError} from '../errors.ts'
import {makeFolder} from '../make-folder.ts'
import type {Message} from '../message/message.ts'
import type {OutputStream} from '../output/stream.ts'
import type {Received, Writer} from './writers.ts'

/** One file for each message: `1.json`, `2.json`, …, and `1_reply.json` for the reply to the first. */
export class FolderDump implements Writer {
  private readonly folder: string

  /** @throws CliError when the folder neither is there nor can be made */
  constructor(folder: string) {
    this.folder = folder
    attempt(`cannot make the folder ${folder}`, () => makeFolder(folder))
  }

  write({message, number, isReply}: Received): void {
    const file = join(this.folder, `${number}${isReply ? '_reply' : ''}.json`)
    attempt(`cannot write ${file}`, () => writeFileSync(file, encodeDump(message)))
  }

  async end(): Promise<void> {}
}

/** The records on stdout, each ended by a NUL: for `xargs -0`. */
export class StreamDump implements Writer {
  private readonly output: OutputStream

  constructor(output: OutputStream) {
    this.output = output
  }

  write({message}: Received): void {
    this.output.writeText(`${encodeDump(message)}\0`)
  }

  commit(): void {
    this.output.commit()
  }

  get busy(): Promise<void> | undefined {
    return this.output.busy
  }

  end(): Promise<void> {
    return this.output.end()
  }
}

/** A message as the reference client dumps one: absent headers are null, the body is base64. */
export function encodeDump({subject, reply = '', headers, data}: Message): string {
  const values = new Map<string, string[]>()
  for (const [name, value] of headers ?? []) values.set(name, [...(values.get(name) ?? []), value])
  return JSON.stringify({
    Subject: subject,
    Reply: reply,
    Header: headers?.length ? Object.fromEntries(values) : null,
    Data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    Sub: null,
  })
}

function attempt(what: string, action: () => void): void {
  try {
    action()
  } catch (cause) {
    const {code, message} = cause as NodeJS.ErrnoException
    const reason = code === 'ENOSPC' ? 'no space left on the disk' : message.replace(/, \w+ '.*'$/, '')
    throw new CliError(`--dump: ${what}: ${reason}`, {cause})
  }
}
