import {Args, Flags} from '../flags.ts'

/** `-a` of the stream commands. */
export const all = Flags.boolean({
  char: 'a',
  summary: 'Show and offer the streams of key-value buckets and object stores as well',
})

export const noSelect = Flags.boolean({summary: 'Never offer a list when the stream is not found'})

export const streamArg = Args.string({description: 'Name of the stream; at a terminal a list is offered without it'})
