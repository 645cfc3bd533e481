import {decodeHeaders} from '../../message/headers.ts'
import type {Message} from '../../message/message.ts'
import type {JetStreamApi} from '../api.ts'
import {ApiError} from '../api-error.ts'

const NO_MESSAGE = 10037

/** A message as STREAM.MSG.GET gives it. `hdrs` and `data` are base64, and absent where the message has none. */
export type StoredMessage = {subject: string; seq: number; hdrs?: string; data?: string; time: string}

/** Which message to get: by its sequence, the next one on a subject from a sequence on, or the last one on a subject. */
export type MessageQuery = {seq: number; next_by_subj?: string} | {last_by_subj: string}

/**
 * Asks the leader of a stream for one message; undefined when there is none.
 *
 * @throws ApiError when there is no such stream, for instance
 */
export async function getMessage(
  api: JetStreamApi,
  stream: string,
  query: MessageQuery,
): Promise<StoredMessage | undefined> {
  try {
    const {message} = await api.request<{message: StoredMessage}>(`STREAM.MSG.GET.${stream}`, query)
    return message
  } catch (error) {
    if (error instanceof ApiError && error.errCode === NO_MESSAGE) return undefined
    throw error
  }
}

/** A message that the API gave, as the commands pass one around. */
export function toMessage({subject, hdrs, data}: StoredMessage): Message {
  const message: Message = {subject, data: Buffer.from(data ?? '', 'base64')}
  if (hdrs) message.headers = decodeHeaders(Buffer.from(hdrs, 'base64'))
  return message
}

/** The same with the body of `message`, in the form of the API. */
export function withMessage(stored: StoredMessage, {data}: Message): StoredMessage {
  return {...stored, data: Buffer.from(data).toString('base64')}
}
