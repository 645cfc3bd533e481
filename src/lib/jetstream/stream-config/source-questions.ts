import {askText, askYes, type Check} from '../../output/ask.ts'
import type {StreamSource, Transform} from '../stream.ts'
import {parseSource} from './source.ts'

/** What a question about an origin asks of: the mirror, or the source of that name. */
type Origin = {source: StreamSource; flag: string; kind: string; about: string}

/**
 * Asks at the terminal what is to be said of a mirror or source that was given by its name alone: one that was given as
 * JSON says it all already.
 *
 * @returns the origin as JSON, as the flags take it
 */
export async function askSource(text: string, kind: 'mirror' | 'source'): Promise<string> {
  const flag = `--${kind}`
  const source = parseSource(flag, text)
  if (text.trimStart().startsWith('{')) return text
  const about = kind === 'mirror' ? kind : `"${source.name}"`
  const origin = {source, flag, kind: kind === 'mirror' ? kind : `${kind} ${about}`, about}

  if (
    await askYes(
      kind === 'mirror' ? 'Configure a custom durable consumer' : `Configure a custom durable consumer for ${about}`,
      flag,
    )
  )
    await askConsumer(origin)
  else if (await askYes(`Adjust ${origin.kind} start`, flag)) await askStart(origin)
  if (await askYes(`Adjust ${origin.kind} filter and transform`, flag)) await askFilters(origin)
  if (await askYes(`Import ${about} from a different JetStream domain`, flag)) await askDomain(origin)
  else if (await askYes(`Import ${about} from a different account`, flag)) await askAccount(origin)
  return JSON.stringify(source)
}

const needed: Check = (answer) => (answer ? undefined : 'a value is needed')

async function askConsumer({source, flag}: Origin): Promise<void> {
  const name = await askText('Durable consumer name', flag, '', needed)
  source.consumer = {name, deliver_subject: await askText('Delivery subject', flag, '', needed)}
}

async function askStart({source, flag, kind}: Origin): Promise<void> {
  const title = kind.charAt(0).toUpperCase() + kind.slice(1)
  const isCount: Check = (answer) => (/^\d+$/.test(answer) ? undefined : 'not a sequence')
  const sequence = Number(await askText(`${title} Start Sequence`, flag, '0', isCount))
  if (sequence > 0) {
    source.opt_start_seq = sequence
    return
  }
  const isTime: Check = (answer) =>
    answer === '' || parseTime(answer) ? undefined : 'not a time as 2026-01-31 23:59:59'
  const time = await askText(`${title} Start Time (YYYY-MM-DD HH:MM:SS)`, flag, '', isTime)
  if (time) source.opt_start_time = parseTime(time)!.toISOString()
}

/** UTC; the day may be written with colons, as the reference client asks for it. */
function parseTime(text: string): Date | undefined {
  const match = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d:\d\d)Z?$/.exec(text)
  const time = match ? new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`) : undefined
  return time && !Number.isNaN(time.getTime()) ? time : undefined
}

async function askFilters({source, flag, kind}: Origin): Promise<void> {
  const transforms: Transform[] = []
  for (;;) {
    const src = await askText(`Filter ${kind} by subject (hit enter to finish)`, flag)
    if (!src) break
    transforms.push({src, dest: await askText('Subject transform destination', flag)})
  }
  // One filter alone is what servers of every age know.
  if (transforms.length === 1 && !transforms[0]!.dest) source.filter_subject = transforms[0]!.src
  else if (transforms.length > 0) source.subject_transforms = transforms
}

async function askDomain({source, flag}: Origin): Promise<void> {
  const domain = await askText('JetStream domain', flag, '', needed)
  source.external = {api: `$JS.${domain}.API`, deliver: await askText('Delivery prefix', flag)}
}

async function askAccount({source, flag}: Origin): Promise<void> {
  const api = await askText('API prefix of the account', flag, '', needed)
  source.external = {api, deliver: await askText('Delivery prefix', flag, '', needed)}
}
