import {custom as customArg} from '@oclif/core/args'
import {boolean, custom, string} from '@oclif/core/flags'
import {UsageError} from './errors.ts'
import {parseBytes, parseCount, parseDuration} from './units.ts'

export * as Args from '@oclif/core/args'
export * as Flags from '@oclif/core/flags'

type Named = {name: string}

/** A flag whose text `read` turns into a number; undefined from it means "not one", and `wanted` says what would be. */
export const valueFlag = (helpValue: string, wanted: string, read: (text: string) => number | undefined) =>
  custom<number>({
    helpValue,
    async parse(input, _context, options) {
      const value = read(input)
      if (value === undefined) throw unreadable(`--${(options as Named).name}`, input, wanted)
      return value
    },
  })

function unreadable(where: string, input: string, wanted: string): UsageError {
  return new UsageError(`${where}: ${JSON.stringify(input)} is not ${wanted}`)
}

const A_DURATION = 'a duration; give a number with a unit, for example 500ms, 5s or 1h30m'
const A_COUNT = 'a count; give a whole number from 0 up, for example 1000 or 10k'

/** A duration in milliseconds, from 0 up. */
export const duration = valueFlag('DURATION', A_DURATION, (text) => {
  const value = parseDuration(text)
  return value !== undefined && value >= 0 ? value : undefined
})

/** A whole number from 0 up; `10k` and `1M` are read as well. */
export const count = valueFlag('COUNT', A_COUNT, parseCount)

/** A size in bytes; `10k`, `1MB` and `2GiB` are read as well, in powers of 1024. */
export const bytes = valueFlag('BYTES', 'a size; give a number of bytes, for example 512, 10k or 1MiB', parseBytes)

/** A whole number from 0 up as an argument of the command. */
export const countArg = customArg<number>({
  async parse(input, _context, options) {
    const value = parseCount(input)
    if (value === undefined) throw unreadable((options as Named).name, input, A_COUNT)
    return value
  },
})

/** `-H NAME:VALUE`, as often as needed; lib/message/headers.ts reads them. */
export const header = string({
  char: 'H',
  helpValue: 'NAME:VALUE',
  multiple: true,
  // Else every argument that follows would be a header too.
  multipleNonGreedy: true,
  summary: 'Header to send; can be given more than once',
})

export const force = boolean({char: 'f', summary: 'Do it without asking'})

const connection = (summary: string, env?: string) => ({
  summary: env ? `${summary} [env: ${env}]` : summary,
  helpGroup: 'CONNECTION',
})
const text = (helpValue: string, summary: string, env?: string) =>
  custom<string>()({helpValue, ...connection(summary, env)})

/**
 * The flags that every command has. Variables and contexts are not read here but in lib/connection, where the
 * precedence of flag, variable, context and default is decided setting by setting.
 */
export const globalFlags = {
  server: custom<string>()({
    char: 's',
    helpValue: 'URL',
    ...connection('Servers to connect to, comma separated', 'NATS_URL'),
  }),
  user: text('NAME', 'User name; without a password it is a token', 'NATS_USER'),
  password: text('PASSWORD', 'Password of the user', 'NATS_PASSWORD'),
  token: text('TOKEN', 'Token to connect with', 'NATS_TOKEN'),
  creds: text('LOCATION', 'Credentials file of the user (also env://, op://, nsc://)', 'NATS_CREDS'),
  nkey: text('LOCATION', 'File with the NKEY seed of the user', 'NATS_NKEY'),
  jwt: text('JWT', 'JWT of the user', 'NATS_JWT'),
  seed: text('SEED', 'NKEY seed that signs for the JWT', 'NATS_SEED'),
  tlscert: text('FILE', 'Client certificate', 'NATS_CERT'),
  tlskey: text('FILE', 'Private key of the client certificate', 'NATS_KEY'),
  tlsca: text('FILE', 'Certificate authority of the servers; asks for TLS', 'NATS_CA'),
  tlsfirst: boolean({allowNo: true, aliases: ['tls-first'], ...connection('Begin TLS before the server speaks')}),
  'socks-proxy': text('URL', 'SOCKS5 proxy to connect through', 'NATS_SOCKS_PROXY'),
  timeout: text('DURATION', 'How long to wait for a connection or an answer (default 5s)', 'NATS_TIMEOUT'),
  'connection-name': text('NAME', 'Name that the server shows for this connection'),
  'inbox-prefix': text('PREFIX', 'Prefix of the subjects that answers come back on'),
  'js-domain': custom<string>()({helpValue: 'DOMAIN', aliases: ['domain'], ...connection('JetStream domain to use')}),
  'js-api-prefix': text('PREFIX', 'Subject prefix of the JetStream API'),
  'js-event-prefix': text('PREFIX', 'Subject prefix of JetStream events'),
  context: text('NAME', 'Saved context to connect with', 'NATS_CONTEXT'),
  'no-context': boolean(connection('Ignore the selected context')),
  colors: custom<string>()({
    helpValue: 'SCHEME',
    options: ['blue', 'cyan', 'double', 'green', 'magenta', 'red', 'rounded', 'yellow'],
    ...connection('Look of tables', 'NATS_COLOR'),
  }),
  trace: boolean(connection('Show what goes to and comes from the server, on stderr')),
  json: boolean({char: 'j', summary: 'Print the result as JSON'}),
}
