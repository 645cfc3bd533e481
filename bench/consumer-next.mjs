// How fast `consumer next` takes messages from a pull consumer, prints and acknowledges them, beside a plain loop with
// nats.js that acknowledges and prints nothing. Start-up counts in both. Part of bench/jetstream.mjs; alone:
//
//   NATS_URL=nats://127.0.0.1:4222 node bench/consumer-next.mjs      (a server with JetStream)
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {connect, createInbox} from '@nats-io/transport-node'

const BIN = join(import.meta.dirname, '..', 'bin', 'nats.js')
const STREAM = 'BENCH_NEXT'
const BATCH = 5000

/**
 * @returns medians of messages a second by name, and the most memory that the command took, in bytes
 */
export async function measureConsumerNext({url, count = 100_000, rounds = 3, size = 128}) {
  const nc = await connect({servers: url})
  const api = async (subject, payload) => (await nc.request(`$JS.API.${subject}`, JSON.stringify(payload ?? {}))).json()
  const config = {durable_name: 'C', name: 'C', ack_policy: 'explicit', max_ack_pending: 2 * BATCH}
  await api(`STREAM.CREATE.${STREAM}`, {name: STREAM, subjects: ['bench.next'], storage: 'file'})
  try {
    await fill(nc, count, size)
    const rates = {next: [], bare: []}
    let memory = 0
    const runs = {
      next: [BIN, '-s', url, 'consumer', 'next', STREAM, 'C', '--count', String(count), '--raw', '--timeout', '20s'],
      bare: [import.meta.filename, '--bare', url, String(count)],
    }
    for (let round = 0; round < rounds; round++) {
      for (const [name, args] of Object.entries(runs)) {
        await api(`CONSUMER.CREATE.${STREAM}.C`, {stream_name: STREAM, config})
        const {seconds, peak} = await timed(args)
        const {ack_floor} = await api(`CONSUMER.INFO.${STREAM}.C`)
        if (ack_floor.stream_seq !== count) throw new Error(`${name} acknowledged ${ack_floor.stream_seq} of ${count}`)
        await api(`CONSUMER.DELETE.${STREAM}.C`)
        rates[name].push(count / seconds)
        if (name === 'next') memory = Math.max(memory, peak)
      }
    }
    return {count, next: median(rates.next), bare: median(rates.bare), memory}
  } finally {
    await api(`STREAM.DELETE.${STREAM}`)
    await nc.close()
  }
}

async function fill(nc, count, size) {
  const body = Buffer.alloc(size, 'x')
  for (let i = 0; i < count; i++) {
    if (i % 1000 === 999) await nc.request('bench.next', body, {timeout: 10_000})
    else nc.publish('bench.next', body)
  }
}

/** Runs a program with its output into nothing, and watches its memory. */
async function timed(args) {
  const nowhere = openSync('/dev/null', 'w')
  const began = performance.now()
  const child = spawn(process.execPath, args, {stdio: ['ignore', nowhere, 'inherit']})
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(child.pid))
  }, 20)
  const [code] = await once(child, 'exit')
  const seconds = (performance.now() - began) / 1000
  clearInterval(watch)
  closeSync(nowhere)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return {seconds, peak}
}

/** The most memory that a process has had so far; 0 where the system does not tell. */
function residentBytes(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** The same work by hand: pull in batches, acknowledge each message. */
async function bare(url, count) {
  const nc = await connect({servers: url})
  const inbox = createInbox()
  const ack = Buffer.from('+ACK')
  let taken = 0
  const pull = () => {
    const request = JSON.stringify({batch: Math.min(BATCH, count - taken), expires: 20e9})
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.C`, request, {reply: inbox})
  }
  await new Promise((resolve) => {
    nc.subscribe(inbox, {
      callback(_error, message) {
        nc.publish(message.reply, ack)
        if (++taken === count) resolve()
        else if (taken % BATCH === 0) pull()
      },
    })
    pull()
  })
  await nc.drain()
}

if (process.argv[1] === import.meta.filename) {
  const [flag, url, count] = process.argv.slice(2)
  if (flag === '--bare') await bare(url, Number(count))
  else console.log(await measureConsumerNext({url: process.env.NATS_URL}))
}
