import {beforeAll, describe, expect, it} from 'vitest'
import {statistics} from '../../src/lib/connection/rtt.ts'
import {run, start} from '../support/cli.ts'
import {freePorts, startServer, type TestServer} from '../support/server.ts'

let server: TestServer
let nobody: string
beforeAll(async () => {
  server = await startServer()
  const [port] = await freePorts(1)
  nobody = `nats://127.0.0.1:${port}`
})

const TIME = '[\\d.]+(µs|ms)'

describe('rtt', () => {
  it('gives the mean and the spread of the round trips to each address', async () => {
    const {stdout, stderr, code} = await run(['rtt', '-s', server.url])
    expect(stdout).toMatch(
      new RegExp(
        `^${server.url}:\n\n   ${server.url}: ${TIME} \\(min ${TIME}, max ${TIME}, stddev ${TIME} of 5\\)\n\n$`,
      ),
    )
    expect([stderr, code]).toEqual(['', 0])
  })

  it('looks up names', async () => {
    const name = server.url.replace('127.0.0.1', 'localhost')
    const {stdout, code} = await run(['rtt', '3', '-s', name])
    expect(stdout).toContain(`${name}:\n\n`)
    expect(stdout).toMatch(new RegExp(`^   ${server.url}: ${TIME} .* of 3\\)$`, 'm'))
    expect(code).toBe(0)
  })

  it('gives nanoseconds under --json', async () => {
    const {stdout, stderr, code} = await run(['rtt', '20', '-s', server.url, '--json'])
    const result = JSON.parse(stdout)
    expect(result).toEqual([
      {
        url: server.url,
        results: [
          {
            time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
            ...{address: server.url, url: server.url, iterations: 20},
            ...{rtt: expect.any(Number), min: expect.any(Number), max: expect.any(Number), stddev: expect.any(Number)},
          },
        ],
      },
    ])
    const [{rtt, min, max}] = result[0].results
    expect(min).toBeGreaterThan(1000)
    expect(rtt).toBeGreaterThanOrEqual(min)
    expect(max).toBeGreaterThanOrEqual(rtt)
    expect(max).toBeLessThan(5e9)
    expect([stderr, code]).toEqual(['', 0])
  })

  it('is a partial success when one of the servers does not answer', async () => {
    const {stdout, stderr, code} = await run(['rtt', '-s', `${server.url},${nobody}`])
    expect(stdout).toMatch(new RegExp(`   ${server.url}: ${TIME}`))
    expect(stdout).toContain(`${nobody}:\n\n   ${nobody}: failed\n`)
    expect(stderr).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d Failed to compute rtt for ${nobody}: .*connection refused$`, 'm'),
    )
    expect(stderr).toContain('nats: error: 1 of 2 servers did not answer\n')
    expect(code).toBe(9)
  })

  it('is a failure when none does, and tells all the same under --json', async () => {
    const {stdout, stderr, code} = await run(['rtt', '-s', nobody, '--json'])
    expect(JSON.parse(stdout)).toEqual([
      {url: nobody, results: [{time: expect.any(String), address: nobody, error: expect.stringContaining('refused')}]},
    ])
    expect(stderr).toContain(`nats: error: cannot connect to ${nobody}: connection refused`)
    expect(code).toBe(5)
    expect((await run(['rtt', '-s', `${nobody},nats://name.invalid`])).code).toBe(5)
  })

  it('gives up on a server that hangs after --timeout', async () => {
    const stuck = await startServer()
    process.kill(stuck.pid, 'SIGSTOP')
    try {
      const {stderr, code} = await run(['rtt', '-s', stuck.url, '--timeout', '300ms'])
      expect(stderr).toContain('within 0.3s')
      expect(code).toBe(6)
    } finally {
      process.kill(stuck.pid, 'SIGCONT')
    }
    const running = start(['rtt', '1000000', '-s', stuck.url, '--timeout', '500ms'])
    await running.waitFor('stdout', /:\n\n/)
    await new Promise((resolve) => setTimeout(resolve, 500))
    process.kill(stuck.pid, 'SIGSTOP')
    try {
      const {stderr, code} = await running.done
      expect(stderr).toContain('no answer from the server within 500ms')
      expect(code).toBe(6)
    } finally {
      process.kill(stuck.pid, 'SIGCONT')
    }
  })

  it('is 4 when the login is refused', async () => {
    const guarded = await startServer({config: 'authorization: {user: a, password: b}'})
    expect(await run(['rtt', '-s', guarded.url, '--user', 'a', '--password', 'wrong'])).toMatchObject({code: 4})
    expect(await run(['rtt', '-s', guarded.url, '--user', 'a', '--password', 'b'])).toMatchObject({code: 0})
  })

  it.each([
    ['0', 'at least 1'],
    ['abc', 'iterations: "abc" is not a count'],
    ['-1', 'iterations'],
  ])('is 2 for %s iterations', async (iterations, problem) => {
    const {stdout, stderr, code} = await run(['rtt', iterations, '-s', server.url])
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toContain(problem)
  })
})

describe('statistics', () => {
  it('are mean, extremes and standard deviation', () => {
    expect(statistics([2000, 4000, 4000, 4000, 5000, 5000, 7000, 9000])).toEqual({
      ...{rtt: 5000, min: 2000, max: 9000, stddev: 2000, iterations: 8},
    })
    expect(statistics([10.4])).toEqual({rtt: 10, min: 10, max: 10, stddev: 0, iterations: 1})
  })
})
