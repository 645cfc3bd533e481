import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtempSync, openSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'nats.js')
/** The code cache is shared, so that not every run with a HOME of its own compiles everything again. */
const CODE_CACHE = join(tmpdir(), 'nats-test-code-cache')

export type Options = {
  /** What the command reads: text or bytes through a pipe; `null` is /dev/null (the default); a path opens that file. */
  stdin?: string | Uint8Array | null | {file: string}
  env?: Record<string, string | undefined>
  /** A HOME of its own, empty, unless given. */
  home?: string
  cwd?: string
  /** Another Node, or another installation of `nats`. */
  node?: string
  bin?: string
  /** Milliseconds before the run counts as hung: it is killed, and its signal is SIGKILL. */
  timeout?: number
}

export type Result = {stdout: string; stderr: string; code: number | null; signal: NodeJS.Signals | null; raw: Buffer}

/** An empty folder that is gone after the test. */
export function temporaryFolder(prefix = 'nats-test-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}

function environment({env, home}: Options): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(NATS_|XDG_|NO_COLOR|FORCE_COLOR|EDITOR|VISUAL)/.test(name),
  )
  const base = {...Object.fromEntries(clean), HOME: home ?? temporaryFolder('nats-home-'), TZ: process.env.TZ ?? 'UTC'}
  return {...base, NODE_COMPILE_CACHE: CODE_CACHE, ...env}
}

/** A running `nats`. */
export class Running {
  readonly done: Promise<Result>
  readonly child: ChildProcess
  private readonly send: (signal: NodeJS.Signals) => boolean
  private readonly out: Buffer[] = []
  private readonly err: Buffer[] = []
  private readonly watchers = new Set<() => void>()

  constructor(command: string, args: string[], options: Options, group = false) {
    const {stdin = null} = options
    const input =
      stdin === null ? 'ignore' : typeof stdin === 'object' && 'file' in stdin ? openSync(stdin.file, 'r') : 'pipe'
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: environment(options),
      stdio: [input, 'pipe', 'pipe'],
      detached: group,
    })
    this.send = (signal) => (group ? process.kill(-child.pid!, signal) : child.kill(signal))
    this.child = child
    child.stdout!.on('data', (chunk) => this.take(this.out, chunk))
    child.stderr!.on('data', (chunk) => this.take(this.err, chunk))
    child.stdin?.on('error', () => {})
    if (typeof stdin === 'string' || stdin instanceof Uint8Array) {
      if (stdin.length > 0) child.stdin!.write(stdin)
    }
    const timer = setTimeout(() => this.kill('SIGKILL'), options.timeout ?? 20_000)
    this.done = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        for (const check of this.watchers) check()
        resolve({stdout: this.stdout(), stderr: this.stderr(), raw: Buffer.concat(this.out), code, signal})
      })
    })
    onTestFinished(() => void this.kill('SIGKILL'))
  }

  stdout = () => Buffer.concat(this.out).toString()
  stderr = () => Buffer.concat(this.err).toString()
  write = (text: string | Uint8Array) => this.child.stdin!.write(text)
  end = () => this.child.stdin!.end()

  /** Sends a signal: to the one process, or to the whole group that a script leads, as a terminal does. */
  kill(signal: NodeJS.Signals = 'SIGINT'): void {
    try {
      this.send(signal)
    } catch {
      // It has ended by itself.
    }
  }

  /** Waits until what came out so far matches; fails when the command ends without that. */
  waitFor(stream: 'stdout' | 'stderr', pattern: RegExp | ((text: string) => boolean)): Promise<void> {
    const matches = () => {
      const text = this[stream]()
      return typeof pattern === 'function' ? pattern(text) : pattern.test(text)
    }
    return new Promise((resolve, reject) => {
      const check = () => {
        const ended = this.child.exitCode !== null || this.child.signalCode !== null
        if (!matches() && !ended) return
        this.watchers.delete(check)
        if (matches()) resolve()
        else reject(new Error(`ended before ${stream} matched ${pattern}:\n${this.stdout()}\n${this.stderr()}`))
      }
      this.watchers.add(check)
      check()
    })
  }

  /** Waits until anything has come out, or until the command has ended. */
  waitForOutput(): Promise<unknown> {
    const output = (stream: 'stdout' | 'stderr') => this.waitFor(stream, /./).catch(() => {})
    return Promise.race([output('stdout'), output('stderr'), this.done])
  }

  private take(chunks: Buffer[], chunk: Buffer): void {
    chunks.push(chunk)
    for (const check of [...this.watchers]) check()
  }
}

/** Starts the built `nats` and leaves it running; it is killed when the test ends. */
export function start(args: string[], options: Options = {}): Running {
  return new Running(options.node ?? process.execPath, [options.bin ?? BIN, ...args], options)
}

/** Runs the built `nats` to its end. */
export function run(args: string[], options: Options = {}): Promise<Result> {
  const running = start(args, options)
  if (running.child.stdin) running.end()
  return running.done
}

/** Starts a shell script, leading a process group, in which `nats` is the built one: for pipes and redirections. */
export function startShell(script: string, options: Options = {}): Running {
  const folder = temporaryFolder('nats-bin-')
  const command = [options.node ?? process.execPath, options.bin ?? BIN].map(quote).join(' ')
  writeFileSync(join(folder, 'nats'), `#!/bin/sh\nexec ${command} "$@"\n`, {mode: 0o755})
  const env = {...options.env, PATH: `${folder}:${options.env?.PATH ?? process.env.PATH}`}
  return new Running('bash', ['-c', script], {...options, env}, true)
}

/** Runs a shell script to its end. */
export function shell(script: string, options: Options = {}): Promise<Result> {
  const running = startShell(script, options)
  if (running.child.stdin) running.end()
  return running.done
}

/** Runs a shell script, and presses ^C when it has not ended in time: that reaches every process of it, as at a terminal. */
export async function interruptible(script: string, milliseconds: number, options: Options = {}): Promise<Result> {
  const running = startShell(script, options)
  const timer = setTimeout(() => running.kill('SIGINT'), milliseconds)
  return running.done.finally(() => clearTimeout(timer))
}

/**
 * Starts `nats` in a terminal of its own (util-linux `script`), where stdout and stderr come together on `stdout()`
 * and `write()` types. `cols` and `rows` are the size of the terminal.
 */
export function startInTerminal(args: string[], options: Options & {cols?: number; rows?: number} = {}): Running {
  const {cols = 80, rows = 24} = options
  const command = [process.execPath, BIN, ...args].map(quote).join(' ')
  const inner = `stty cols ${cols} rows ${rows} -echo; exec ${command}`
  const env = {TERM: 'xterm-256color', ...options.env}
  return new Running('script', ['-qefc', inner, '/dev/null'], {...options, env, stdin: options.stdin ?? ''})
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
