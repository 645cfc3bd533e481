import {UsageError} from '../../errors.ts'
import {count, Flags} from '../../flags.ts'
import {parseBytes, parseCount, parseDuration} from '../../units.ts'

type Named = {name: string}

/** A flag whose text `read` turns into a number; below zero means no limit, which the API writes as `none`. */
const limit = (helpValue: string, none: number, wanted: string, read: (text: string) => number | undefined) =>
  Flags.custom<number>({
    helpValue,
    async parse(input, _context, options) {
      const value = /^-\d/.test(input) ? none : read(input)
      if (value !== undefined) return value
      throw new UsageError(
        `--${(options as Named).name}: ${JSON.stringify(input)} is not ${wanted}, or -1 for no limit`,
      )
    },
  })
const maximum = limit('COUNT', -1, 'a count; give a whole number, for example 1000 or 10k', parseCount)
const size = limit('BYTES', -1, 'a size; give a number of bytes, for example 512, 10k or 1MiB', parseBytes)
const span = limit('DURATION', 0, 'a duration; give for example 30s, 1h30m or 7d', (text) =>
  text === '' ? 0 : parseDuration(text.replaceAll(' ', '')),
)

const list = (helpValue: string, summary: string, more: {aliases?: string[]} = {}) =>
  Flags.string({multiple: true, multipleNonGreedy: true, helpValue, summary, ...more})
const text = (helpValue: string, summary: string) => Flags.string({helpValue, summary})
const either = (summary: string) => Flags.boolean({allowNo: true, summary})

/** What can be said of a stream that is there: flags of `stream edit`, and of `add` and `copy` as well. */
export const streamFlags = {
  subjects: list('SUBJECTS', 'Subjects to store: one, or a list with commas; repeatable'),
  description: text('TEXT', 'What the stream is for'),
  compression: Flags.string({options: ['none', 's2'], summary: 'How messages are compressed on disk'}),
  replicas: count({summary: 'Number of servers that keep it'}),
  tag: list('TAG', 'Place it on servers with this tag; repeatable', {aliases: ['tags']}),
  cluster: text('NAME', 'Place it in this cluster'),
  ack: either('Acknowledge what is published to it'),
  retention: Flags.string({
    options: ['limits', 'interest', 'workq', 'work'],
    summary: 'When messages go: at its limits, when no consumer wants them, when one had them',
  }),
  discard: Flags.string({options: ['new', 'old'], summary: 'What gives way at a limit: the new message or the oldest'}),
  'discard-per-subject': either('With --discard new: refuse new messages at the limit of a subject too'),
  'max-age': span({summary: 'Longest that a message is kept'}),
  'max-bytes': size({summary: 'Most bytes in all'}),
  'max-consumers': maximum({summary: 'Most consumers'}),
  'max-msg-size': size({summary: 'Most bytes of one message'}),
  'max-msgs': maximum({summary: 'Most messages in all'}),
  'max-msgs-per-subject': maximum({summary: 'Most messages on each subject'}),
  'dupe-window': span({summary: 'How long message IDs are remembered to find duplicates'}),
  mirror: text('STREAM', 'Copy everything from this stream (a name, or JSON)'),
  source: list('STREAM', 'Copy from this stream too (a name, or JSON); repeatable'),
  'allow-batch': either('Allow batches that are stored whole or not at all'),
  'allow-fast': either('Allow fast batches'),
  'allow-counter': Flags.boolean({summary: 'Make every subject a counter'}),
  'allow-rollup': either('Allow a message to replace those before it'),
  'deny-delete': either('Never delete single messages'),
  'deny-purge': either('Never purge'),
  'allow-direct': either('Let every replica answer reads (default true)'),
  'allow-mirror-direct': either('Let a mirror answer reads of its origin'),
  'allow-msg-ttl': Flags.boolean({summary: 'Allow messages with a lifetime of their own'}),
  'allow-schedules': either('Allow messages that are published later'),
  'subject-del-markers-ttl': span({summary: 'Leave a marker for so long where the last message of a subject expired'}),
  'transform-source': text('SUBJECT', 'Rename what matches this subject on its way in'),
  'transform-destination': text('SUBJECT', 'What to rename it to, such as new.{{wildcard(1)}}'),
  metadata: list('KEY=VALUE', 'Notes to keep with the stream; repeatable'),
  'republish-source': text('SUBJECT', 'Publish again what was stored on this subject'),
  'republish-destination': text('SUBJECT', 'Subject to publish it to'),
  'republish-headers': Flags.boolean({summary: 'Publish headers without bodies'}),
  'limit-consumer-inactive': span({helpValue: 'THRESHOLD', summary: 'Longest that consumers may stay without use'}),
  'limit-consumer-max-pending': maximum({
    helpValue: 'PENDING',
    summary: 'Most messages that a consumer may have without acknowledgement',
  }),
}

/** What is decided when a stream is made: flags of `stream add` and `copy`. */
export const newStreamFlags = {
  ...streamFlags,
  storage: Flags.string({options: ['file', 'f', 'memory', 'm'], summary: 'Where to keep messages'}),
  'first-sequence': count({helpValue: 'SEQUENCE', summary: 'Sequence of its first message'}),
  'persist-mode': Flags.string({
    options: ['default', 'async'],
    summary: 'Whether a message is on disk before it is acknowledged',
  }),
}

/** What `stream edit` can take away. */
export const removalFlags = {
  'no-mirror': Flags.boolean({summary: 'Stop copying: make the mirror a stream of its own', exclusive: ['mirror']}),
  'no-transform': Flags.boolean({
    summary: 'Rename nothing any more',
    exclusive: ['transform-source', 'transform-destination'],
  }),
  'no-republish': Flags.boolean({
    summary: 'Publish nothing again any more',
    exclusive: ['republish-source', 'republish-destination', 'republish-headers'],
  }),
}
