import {CliError, ExitCode, NotFoundError} from '../errors.ts'
import type {JetStreamApi} from './api.ts'
import {isNotFound} from './api-error.ts'
import {type ClusterInfo, peersOf} from './cluster-info.ts'
import {checkVersion} from './requirements.ts'

/** A stream or consumer with replicas, of which one leads. */
export type Group = {
  /** How it is called in what the user is told: `stream "ORDERS"`. */
  title: string
  /** `STREAM.LEADER.STEPDOWN.ORDERS` */
  subject: string
  /** Reads where it is now; waits so many milliseconds for that, or as long as --timeout says. */
  cluster: (timeout?: number) => Promise<ClusterInfo | null | undefined>
}

const POLL_MS = 50
/** A question asked while nobody leads is never answered: better to ask again than to wait. */
const ANSWER_MS = 1000

/**
 * Makes the leader of a group step down, and waits until another one leads.
 *
 * @param preferred the server that is to lead from then on (needs a server from 2.11 on)
 * @param tell what happens, as it happens
 * @returns name of the new leader
 * @throws NotFoundError for a group of one; ApiError when the server refuses; CliError (6) when nobody took over in time
 */
export async function stepDown(
  api: JetStreamApi,
  group: Group,
  {preferred, tell}: {preferred?: string; tell: (text: string) => void},
): Promise<string> {
  if (preferred) checkVersion(api.connection.info!.version, [{what: '--preferred', version: '2.11.0'}])
  const cluster = await group.cluster()
  const peers = peersOf(cluster)
  if (!cluster || peers.length === 0) throw new CliError(`${group.title} is not clustered`)
  const old = cluster.leader

  tell(`Requesting leader step down of "${old}" for ${group.title} in a ${peers.length + 1} peer cluster group`)
  await api.request(group.subject, preferred ? {placement: {preferred}} : undefined)
  const leader = await newLeader(api, group, old)
  tell(`New leader elected "${leader}"`)
  return leader
}

async function newLeader(api: JetStreamApi, {title, cluster}: Group, old: string | undefined): Promise<string> {
  const end = Date.now() + Math.max(api.timeout, 5000)
  do {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    const leader = await cluster(ANSWER_MS).then(
      (now) => now?.leader,
      (error) => {
        // While nobody leads nobody answers. That it was deleted is another matter.
        if (isNotFound(error)) throw new NotFoundError(`${title} is gone`)
        return undefined
      },
    )
    if (leader && leader !== old) return leader
  } while (Date.now() < end)
  throw new CliError(`${title} has no new leader yet`, {
    exitCode: ExitCode.Timeout,
    hint: 'the old one may lead again; raise --timeout to wait longer',
  })
}
