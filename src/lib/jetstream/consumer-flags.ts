import {Args} from '../flags.ts'

export const streamArg = Args.string({
  description: 'Stream of the consumer; at a terminal a list is offered without it',
})
const consumerArg = Args.string({description: 'Name of the consumer; at a terminal a list is offered without it'})

/** The arguments of a command that is about one consumer. */
export const consumerArgs = {stream: streamArg, consumer: consumerArg}
