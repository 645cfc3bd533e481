import {expect} from 'vitest'
import {type Options, type Result, run} from './cli.ts'

/** Runs commands, each given as one line of words without quotes, against one server. */
export function commandsFor(url: () => string) {
  const nats = (line: string, options: Options = {}): Promise<Result> =>
    run(line.split(' ').filter(Boolean), {...options, env: {NATS_URL: url(), ...options.env}})

  return {
    nats,

    /** What a command that succeeds, with nothing on stderr, prints under --json. */
    async json(line: string) {
      const {stdout, stderr, code} = await nats(`${line} --json`)
      expect({stderr, code}).toEqual({stderr: '', code: 0})
      return JSON.parse(stdout)
    },

    /** Expects a command to fail with this code, and with this on stderr. */
    async fails(line: string, code: number, error: string, options: Options = {}): Promise<Result> {
      const result = await nats(line, options)
      expect({stderr: result.stderr, code: result.code}).toEqual({stderr: expect.stringContaining(error), code})
      return result
    },
  }
}
