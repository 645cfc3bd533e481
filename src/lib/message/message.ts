import type {Msg} from '@nats-io/nats-core'
import {type HeaderList, headersOf} from './headers.ts'

/** A message as the commands pass it around, whatever it came from. */
export type Message = {
  subject: string
  /** Absent when there is no reply subject. */
  reply?: string
  /** Absent when the message has no headers. */
  headers?: HeaderList
  data: Uint8Array
}

export function fromMsg(msg: Msg): Message {
  return {subject: msg.subject, reply: msg.reply || undefined, headers: headersOf(msg), data: msg.data}
}
