/**
 * The steps of the demo. `run` is shell; `beside` runs at the same time and is waited for: `ready` is what it prints
 * when it is listening.
 */
export const tour = [
  {
    title: 'The server of this tour was saved as a context, and selected: no --server is needed',
    run: 'nats context ls && nats context info',
  },
  {title: 'Is it there, and how far away?', run: 'nats rtt'},
  {
    title: 'Publish and subscribe',
    beside: "nats sub 'orders.>' --count 2",
    ready: /Subscribing on/,
    run: "nats pub orders.new 'order {{Count}}' --count 2 -H Customer:acme",
  },
  {
    title: 'Ask, and answer',
    beside: "nats reply help.please 'you said: {{Request}}' --count 1",
    ready: /Listening on/,
    run: "nats request help.please 'what time is it?'",
  },
  {
    title: 'Scripts can trust exit codes: 7 is "nobody listens there"',
    run: 'nats request nobody.there x; test $? -eq 7',
  },
  {
    title: 'Messages as JSON, one a line; what sub --json writes, pub --ndjson sends again',
    beside: "nats sub 'orders.>' --count 1 --json > recorded.ndjson && cat recorded.ndjson",
    ready: /^$/,
    run: "until [ -s recorded.ndjson ]; do nats pub orders.new 'keep me' --quiet; done",
  },
  {
    title: 'Replay the recording',
    beside: "nats sub 'orders.>' --count 1",
    ready: /Subscribing on/,
    run: 'nats pub --ndjson < recorded.ndjson',
  },
  {
    title: 'A stream keeps what is published on its subjects',
    run: "nats stream add ORDERS --subjects 'orders.>' --defaults",
  },
  {
    title: 'Publish three orders and read them back, the whole stream into a pipe',
    run: "nats pub orders.new 'order {{Count}}' --count 3 --quiet && nats stream cat ORDERS --raw",
  },
  {title: 'All streams', run: 'nats stream ls'},
  {
    title: 'A consumer hands messages out and remembers what was acknowledged',
    run: 'nats consumer add ORDERS WORKERS --pull --defaults && nats consumer next ORDERS WORKERS --count 2',
  },
  {title: 'How far is it?', run: 'nats consumer report ORDERS'},
  {
    title: 'Back a stream up, lose it, and have it again',
    run: 'nats stream backup ORDERS backup && nats stream rm ORDERS --force && nats stream restore backup && nats stream cat ORDERS --raw',
  },
]
