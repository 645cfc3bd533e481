import {bytes, dateTime, duration, number} from '../output/human.ts'
import {printable} from '../output/sanitize.ts'
import {renderTable} from '../output/table.ts'
import type {StreamInfo} from './stream.ts'
import {isTime} from './stream-info.ts'

/** Streams as `stream ls` and `stream find` show them, the smallest first. */
export function renderStreams(title: string, streams: StreamInfo[], scheme?: string, now = Date.now()): string {
  const rows = streams
    .toSorted((a, b) => a.state.bytes - b.state.bytes || (a.config.name < b.config.name ? -1 : 1))
    .map(({config, created, state}) => [
      config.name,
      printable(config.description ?? ''),
      isTime(created) ? dateTime(new Date(created)) : '',
      number(state.messages),
      bytes(state.bytes),
      age(state.last_ts, now),
    ])
  const head = ['Name', 'Description', 'Created', 'Messages', 'Size', 'Last Message']
  return renderTable(title, head, rows, {scheme, shorten: [1]})
}

/** How long ago a time of the server was. */
export function age(time: string | undefined, now: number): string {
  if (!isTime(time)) return 'never'
  const milliseconds = Math.max(0, now - Date.parse(time))
  return duration(milliseconds < 1000 ? Math.round(milliseconds) : Math.round(milliseconds / 10) * 10)
}
