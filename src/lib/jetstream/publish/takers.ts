import {CliError, ExitCode} from '../../errors.ts'
import type {JetStreamApi} from '../api.ts'
import type {StreamConfig} from '../stream.ts'
import {nobodyTook} from './answer.ts'

/** What is known of the stream that takes a subject. */
export type Taker = {
  /** How long it remembers message ids, in milliseconds. */
  duplicateWindow: number
}

type Answer = {streams?: {config?: StreamConfig}[] | null}

/** It is asked again as long as there is time: who leads the cluster may change meanwhile. */
const PATIENCE_MS = 1000

/**
 * Who takes a subject, asked when nobody took a message or its answer is missing.
 *
 * @param trusted that there is one, if this user may not ask
 * @returns the stream; an error when there is none, or no JetStream at all; undefined when nobody can say now
 */
async function findTaker(api: JetStreamApi, subject: string, trusted: boolean): Promise<Taker | CliError | undefined> {
  try {
    const {streams} = await api.request<Answer>('STREAM.LIST', {subject}, Math.min(api.timeout, PATIENCE_MS))
    const config = streams?.[0]?.config
    return config ? {duplicateWindow: (config.duplicate_window ?? 0) / 1e6} : nobodyTook(subject, false)
  } catch (error) {
    const {exitCode} = error as CliError
    if (exitCode === ExitCode.NoResponders) return error as CliError
    if (exitCode === ExitCode.Auth && !trusted) return nobodyTook(subject, false)
    // The leader of the cluster may be gone with that of the stream.
    return undefined
  }
}

/** Who takes which subject, asked once for each as long as nothing changes. */
export class Takers {
  private readonly known = new Map<string, Taker | CliError | undefined>()
  private readonly api: JetStreamApi

  constructor(api: JetStreamApi) {
    this.api = api
  }

  get(subject: string): Taker | CliError | undefined {
    return this.known.get(subject)
  }

  async find(subject: string, trusted: boolean): Promise<Taker | CliError | undefined> {
    const taker = this.known.get(subject) ?? (await findTaker(this.api, subject, trusted))
    this.known.set(subject, taker)
    return taker
  }

  /** Forgets what may have changed: that there is a stream. */
  refresh(): void {
    for (const [subject, taker] of this.known) if (!(taker instanceof CliError)) this.known.delete(subject)
  }
}
