import type {ProtocolHandler} from '@nats-io/nats-core/internal'
import {masker} from './mask.ts'
import type {Settings} from './settings.ts'

/** A payload longer than this is cut in the trace. */
const SHOWN_BYTES = 4096
/** Answers to older requests are shown with their inbox. */
const REMEMBERED = 1000

/**
 * Shows every request of this connection (what is published with an inbox to answer to) as `>>> SUBJECT`, and every
 * answer that comes to an inbox as `<<< SUBJECT`, each with its body on the next line and with secrets masked.
 */
export function traceConnection(handler: ProtocolHandler, settings: Settings, trace: (text: string) => void): void {
  const mask = masker(settings)
  const inbox = `${settings['inbox-prefix']?.value ?? '_INBOX'}.`
  const show = (arrow: string, subject: string, body: string) =>
    trace(mask(`${arrow} ${subject}${body === '' ? '' : `\n${body}`}`))

  /** The subject of the request that each inbox is for: answers are shown by what was asked. */
  const asked = new Map<string, string>()
  const publish = handler.publish.bind(handler)
  handler.publish = (subject, payload, options) => {
    if (options?.reply?.startsWith(inbox)) {
      asked.set(options.reply, subject)
      if (asked.size > REMEMBERED) asked.delete(asked.keys().next().value!)
      show('>>>', subject, bodyOf(payload))
    }
    publish(subject, payload, options)
  }

  const receive = handler.processMsg.bind(handler)
  handler.processMsg = (message, data) => {
    const subject = new TextDecoder().decode(message.subject)
    if (subject.startsWith(inbox)) {
      const headerLength = Math.max(0, message.hdr)
      const header = new TextDecoder().decode(data.subarray(0, headerLength)).trim().replaceAll('\r\n', '\n')
      const body = bodyOf(data.subarray(headerLength))
      show('<<<', asked.get(subject) ?? subject, [header, body].filter((part) => part !== '').join('\n'))
    }
    receive(message, data)
  }
}

function bodyOf(payload: Uint8Array | string | undefined): string {
  if (payload === undefined) return ''
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  const text = new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES))
  return bytes.length > SHOWN_BYTES ? `${text}… (${bytes.length} bytes)` : text
}
