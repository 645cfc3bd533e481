import {UsageError} from '../../errors.ts'
import {bytes, count, duration, Flags} from '../../flags.ts'
import {parseCount, parseDuration} from '../../units.ts'

type Named = {name: string}

/** A whole number; anything below 0 is `below`, which is what the API calls no limit, or the server's default. */
const limit = (below: -1 | 0) =>
  Flags.custom<number>({
    helpValue: 'COUNT',
    async parse(input, _context, options) {
      if (/^-\d+$/.test(input)) return below
      const value = parseCount(input)
      if (value !== undefined) return value
      const name = (options as Named).name
      throw new UsageError(`--${name}: ${JSON.stringify(input)} is not a count; give a whole number, or -1`)
    },
  })
const unlimited = limit(-1)
const orDefault = limit(0)

/** A duration in milliseconds; 0 and below leave it to the server, and need no unit. */
const optionalDuration = Flags.custom<number>({
  helpValue: 'DURATION',
  async parse(input, _context, options) {
    const value = /^-\d+$/.test(input) ? 0 : parseDuration(input)
    if (value !== undefined) return Math.max(0, value)
    const name = (options as Named).name
    throw new UsageError(`--${name}: ${JSON.stringify(input)} is not a duration; give for example 500ms, 5s or 1h30m`)
  },
})

const percent = Flags.custom<number>({
  helpValue: 'PERCENT',
  async parse(input) {
    const value = Number(input.replace(/%$/, ''))
    if (input !== '' && value >= -1 && value <= 100) return Math.max(0, value)
    throw new UsageError(`--sample: ${JSON.stringify(input)} is not a share; give 0 to 100 percent`)
  },
})

/** What can be changed of a consumer that is there: the flags of `consumer edit`. */
export const editableFlags = {
  backoff: Flags.string({options: ['linear', 'none'], summary: 'How the wait before each redelivery grows'}),
  'backoff-steps': count({summary: 'Number of waits of a linear backoff (default 10)'}),
  'backoff-min': duration({summary: 'First wait of a linear backoff (default 1m)'}),
  'backoff-max': duration({summary: 'What the waits of a linear backoff grow towards (default 20m)'}),
  description: Flags.string({helpValue: 'TEXT', summary: 'What this consumer is for'}),
  filter: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'SUBJECTS',
    summary: 'Take only messages on these subjects',
  }),
  'headers-only': Flags.boolean({allowNo: true, summary: 'Deliver headers without bodies'}),
  'max-deliver': unlimited({summary: 'Deliver a message at most so often; -1 for no limit'}),
  'max-pending': unlimited({
    aliases: ['max-outstanding'],
    summary: 'Stop delivering while so many await their acknowledgement; -1 for no limit',
  }),
  'max-pull-batch': orDefault({summary: 'Most messages that one pull may ask for'}),
  'max-pull-expire': duration({summary: 'Longest that one pull may wait'}),
  'max-pull-bytes': bytes({summary: 'Most bytes that one pull may ask for'}),
  sample: percent({summary: 'Share of acknowledgements to publish metrics of'}),
  target: Flags.string({helpValue: 'SUBJECT', summary: 'Subject to push messages to'}),
  wait: optionalDuration({summary: 'Deliver again what is not acknowledged in this time'}),
  'inactive-threshold': duration({summary: 'Remove the consumer when it was not used for so long'}),
  replicas: count({summary: 'Number of servers that keep its state; 0 for as many as the stream'}),
  metadata: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'KEY=VALUE',
    summary: 'Notes to keep with the consumer',
  }),
}

/** Everything there is to say of a new consumer: the flags of `consumer add` and `copy`. */
export const consumerFlags = {
  ...editableFlags,
  ack: Flags.string({
    options: ['none', 'all', 'explicit', 'flow_control'],
    summary: 'What is to be acknowledged (default explicit to pull, none to push)',
  }),
  bps: count({summary: 'Push at most so many bits a second'}),
  deliver: Flags.string({
    helpValue: 'POLICY',
    summary: 'Where to start: all, new, last, subject, a sequence, a duration back, or a time',
  }),
  'deliver-group': Flags.string({helpValue: 'GROUP', summary: 'Queue group that shares what is pushed'}),
  ephemeral: Flags.boolean({summary: 'Let the server remove it when it is not used'}),
  'flow-control': Flags.boolean({summary: 'Push no faster than the client takes it; needs --heartbeat'}),
  heartbeat: optionalDuration({summary: 'Push a sign of life when there was nothing for so long'}),
  'max-waiting': orDefault({summary: 'Most pulls that may wait at a time'}),
  pull: Flags.boolean({summary: 'Let clients ask for messages'}),
  replay: Flags.string({options: ['instant', 'original'], summary: 'Deliver at once, or at the pace of old'}),
  memory: Flags.boolean({summary: 'Keep its state in memory'}),
  pause: Flags.string({helpValue: 'UNTIL', summary: 'Deliver nothing for a duration, or until a time'}),
  'pinned-groups': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'GROUPS',
    summary: 'Groups that serve one client each',
  }),
  'pinned-ttl': duration({summary: 'Pin another client when the pinned one is idle for so long'}),
  'overflow-groups': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'GROUPS',
    summary: 'Groups that may pull only when much is pending',
  }),
  'prioritized-groups': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'GROUPS',
    summary: 'Groups whose pulls are served by priority',
  }),
}
