import {count, duration, Flags} from '../../flags.ts'

/** What `subscribe` reads of a stream, and how. */
export const streamFlags = {
  stream: Flags.string({helpValue: 'NAME', summary: 'Read this stream'}),
  all: Flags.boolean({summary: 'Begin with the first message of the stream'}),
  last: Flags.boolean({summary: 'Begin with the last message'}),
  'last-per-subject': Flags.boolean({summary: 'Begin with the last message of each subject'}),
  new: Flags.boolean({summary: 'Only what is stored from now on'}),
  since: duration({summary: 'Begin with messages as old as this'}),
  'start-sequence': count({helpValue: 'SEQUENCE', summary: 'Begin at this sequence'}),
  'terminate-at-end': Flags.boolean({char: 'T', summary: 'End with the message that is the last one now'}),
  direct: Flags.boolean({summary: 'Read without a consumer, from any replica (the stream must allow direct gets)'}),
  durable: Flags.string({helpValue: 'NAME', summary: 'Take what this consumer of --stream delivers'}),
  ack: Flags.boolean({allowNo: true, summary: 'Acknowledge messages that a consumer delivers (not done by default)'}),
}
