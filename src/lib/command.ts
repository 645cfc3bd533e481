import type {NatsConnection} from '@nats-io/nats-core'
import type {Config, Interfaces} from '@oclif/core'
import {Command} from '@oclif/core/command'
import {config} from './config.ts'
import type {NamedContext, Settings} from './connection/settings.ts'
import {CliError, describeError, Exit, ExitCode, UsageError} from './errors.ts'
import {globalFlags} from './flags.ts'
import type {JetStreamApi} from './jetstream/api.ts'
import {printError} from './output/error.ts'
import {clock} from './output/human.ts'
import {neutralise} from './output/sanitize.ts'
import {flush, OutputClosed, outputFailed, write, writeError} from './output/stdout.ts'
import {isErrorTerminal, isInputTerminal} from './output/terminal.ts'
import {Interruption} from './signals.ts'
import {toUsageError} from './usage.ts'

// biome-ignore lint/suspicious/noExplicitAny: oclif's own signatures say so
type Loose = any
export type GlobalFlags = Partial<Interfaces.InferredFlags<typeof globalFlags>>

/** What every command is built on: parsing, connecting, asking, printing, failing and ending are done here, once. */
export abstract class NatsCommand extends Command {
  static override baseFlags = globalFlags

  protected globals: GlobalFlags = {}
  private connection?: Promise<NatsConnection>
  private readonly interruption = new Interruption()
  private lost: (error: Error) => void = () => {}
  /** Rejects when the connection is lost for good. */
  private readonly disconnected = new Promise<never>((_, reject) => {
    this.lost = reject
  })

  /** Runs this command (its `id` as in `context:add`) with what follows its name on the command line. Never throws; resolves to the exit code. */
  static async execute(id: string, argv: string[]): Promise<number> {
    NatsCommand.id = id
    const Class = this as unknown as new (argv: string[], config: Config) => NatsCommand
    return new Class(argv, config).finish()
  }

  /** The command itself. What it returns is its result: printed under --json, and nothing else is then on stdout. */
  abstract override run(): Promise<unknown>

  private async finish(): Promise<number> {
    try {
      this.printResult(await Promise.race([this.run(), this.interruption.forced, this.disconnected, outputFailed]))
      return ExitCode.Done
    } catch (error) {
      return this.fail(error)
    } finally {
      await this.disconnect()
    }
  }

  private printResult(result: unknown): void {
    if (this.jsonOutput && result !== undefined) write(`${JSON.stringify(result, null, 2)}\n`)
    flush()
  }

  private fail(error: unknown): number {
    if (error instanceof OutputClosed) return ExitCode.Done
    if (error instanceof Exit) return error.exitCode
    if (error instanceof CliError) this.printResult(error.result)
    const described = describeError(error)
    printError(described, this.globals.trace)
    return described.exitCode
  }

  private async disconnect(): Promise<void> {
    const {closeConnection} = this.connection ? await import('./connection/connect.ts') : {closeConnection: undefined}
    await this.connection?.then(closeConnection, () => {})
  }

  protected override async parse<
    F extends Interfaces.OutputFlags<Loose>,
    B extends Interfaces.OutputFlags<Loose>,
    A extends Interfaces.OutputArgs<Loose>,
  >(options: Interfaces.Input<F, B, A>): Promise<Interfaces.ParserOutput<F, B, A>> {
    const known = {...globalFlags, ...options.flags}
    // oclif would fill a missing argument from stdin, which belongs to the command, or to the loop around it.
    for (const arg of Object.values(options.args ?? {})) (arg as {ignoreStdin?: boolean}).ignoreStdin = true
    try {
      const parsed = await super.parse(options)
      this.globals = parsed.flags as GlobalFlags
      return parsed
    } catch (error) {
      throw toUsageError(error as Error, this.ctor.id, Object.keys(known))
    }
  }

  /** Where and how to connect, from flags, variables, the context and defaults. */
  protected async settings(): Promise<Settings> {
    const {resolveSettings} = await import('./connection/settings.ts')
    return resolveSettings(this.globals, process.env, await this.context(), this.config.version)
  }

  /** The saved context in use, if any: the one named, else the selected one. */
  private async context(): Promise<NamedContext | undefined> {
    if (this.globals['no-context']) return undefined
    const {readContext, readSelectedContext} = await import('./context/store.ts')
    const name = this.globals.context || process.env.NATS_CONTEXT
    return name ? {name, context: readContext(name)} : readSelectedContext()
  }

  /** The connection, made on first use and drained when the command has ended. */
  protected connect(): Promise<NatsConnection> {
    this.connection ??= (async () => {
      const {openConnection} = await import('./connection/connect.ts')
      const trace = this.globals.trace ? (text: string) => this.warn(text) : undefined
      return openConnection(await this.settings(), {warn: (text) => this.warn(text), trace, lost: this.lost})
    })()
    return this.connection
  }

  /** The JetStream API of the account, over the connection. */
  protected async jetstream(): Promise<JetStreamApi> {
    const {JetStreamApi} = await import('./jetstream/api.ts')
    const [connection, settings] = [await this.connect(), await this.settings()]
    const {'js-domain': domain, 'js-api-prefix': prefix, timeout} = settings
    return new JetStreamApi(connection, {domain: domain?.value, prefix: prefix?.value, timeout: timeout.value})
  }

  /** Asks before something is destroyed. Without a terminal there is nobody to ask, and --force must say it. */
  protected async confirm(question: string, {force}: {force?: boolean}): Promise<void> {
    if (force) return
    if (!isInputTerminal()) throw new UsageError(`${question} Nobody is there to ask`, '--force answers yes')
    const {confirm} = await import('@inquirer/prompts')
    const yes = await confirm({message: question, default: false}, {output: process.stderr})
    if (!yes) throw new CliError('not confirmed, nothing was changed')
  }

  protected get jsonOutput(): boolean {
    return this.globals.json === true
  }

  /** Aborted by SIGINT or SIGTERM. A command that takes it ends by a signal as a success, once it has drained. */
  protected get interrupt(): AbortSignal {
    return this.interruption.signal
  }

  /** From now on no signal ends this command: each is handed to `handOver`, for a program that it runs for the user. */
  protected passSignals(handOver: (signal: NodeJS.Signals) => void): void {
    this.interruption.passTo(handOver)
  }

  /** The result for people, on stdout; nothing under --json. */
  override log(text = ''): void {
    if (!this.jsonOutput) write(`${text}\n`)
  }

  /** One of many results of a command that streams: a line of JSON under --json, nothing otherwise. */
  protected emit(record: object): void {
    if (this.jsonOutput) write(`${JSON.stringify(record)}\n`)
  }

  /** A status line with its time, on stderr; nothing under --json. */
  protected notice(text: string): void {
    if (!this.jsonOutput) this.warn(text)
  }

  /** Like notice, but under --json as well: what the user must know in any case. What messages say in it, a terminal does not obey. */
  override warn(text: string): string {
    writeError(`${clock()} ${isErrorTerminal() ? neutralise(text) : text}\n`)
    return text
  }
}
