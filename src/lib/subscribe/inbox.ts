// Loaded when it is used: the client library is large, and a usage error needs none of it.
export {createInbox} from '@nats-io/nats-core'
