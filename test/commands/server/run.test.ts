import {existsSync} from 'node:fs'
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {jetstreamManager} from '@nats-io/jetstream'
import {connect} from '@nats-io/transport-node'
import {beforeAll, describe, expect, it} from 'vitest'
import {type Options, run, start, temporaryFolder} from '../../support/cli.ts'
import {freePorts, startServer, testFolder} from '../../support/server.ts'
import {installedServer} from '../../support/servers.ts'

let env: {NATS_SERVER_BIN: string}

beforeAll(async () => {
  env = {NATS_SERVER_BIN: (await installedServer('newest'))!}
})

const URL_LINE = /^(nats:\/\/127\.0\.0\.1:\d+)\n$/

/** Starts `nats server run` on a free port and waits for its address. */
async function running(args: string[] = [], options: Options = {}) {
  const command = start(['server', 'run', '--port', '0', ...args], {...options, env: {...env, ...options.env}})
  await command.waitFor('stdout', /\n/)
  return {command, url: command.stdout().trim()}
}

/** Whether a process exists. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('one server', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is there once its address is printed, and ends by %s', async (signal) => {
    const {command, url} = await running()
    const connection = await connect({servers: url})
    await connection.flush()
    await connection.close()
    const before = Date.now()
    command.kill(signal)
    const {stdout, stderr, code} = await command.done
    expect(stdout).toMatch(URL_LINE)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(Date.now() - before).toBeLessThan(1000)
    await expect(connect({servers: url, reconnect: false})).rejects.toThrow()
  })

  it('describes itself as JSON', async () => {
    const {command, url} = await running(['--json', '--jetstream', '--http-port', '0', '--name', 'lab'])
    const [server] = JSON.parse(url).servers
    expect(JSON.parse(url)).toEqual({
      url: expect.stringMatching(/^nats:\/\/127\.0\.0\.1:\d+$/),
      servers: [
        {
          name: 'lab',
          url: JSON.parse(url).url,
          port: expect.any(Number),
          http_url: expect.any(String),
          pid: expect.any(Number),
        },
      ],
      binary: env.NATS_SERVER_BIN,
    })
    const varz = await (await fetch(`${server.http_url}/varz`)).json()
    expect(varz).toMatchObject({server_name: 'lab', port: server.port, jetstream: {config: expect.anything()}})
    command.kill()
    expect((await command.done).code).toBe(0)
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves neither process nor data after %s', async (signal) => {
    const {command, url} = await running(['--json', '--jetstream', '--http-port', '0'])
    const [{pid, http_url}] = JSON.parse(url).servers
    const {jetstream} = (await (await fetch(`${http_url}/varz`)).json()) as {jetstream: {config: {store_dir: string}}}
    expect(existsSync(jetstream.config.store_dir)).toBe(true)
    command.kill(signal)
    await command.done
    await expect.poll(() => alive(pid), {timeout: 10_000}).toBe(false)
    await expect.poll(() => existsSync(jetstream.config.store_dir), {timeout: 10_000}).toBe(false)
  })

  it('keeps the data of --store-dir', async () => {
    const folder = join(temporaryFolder(), 'data')
    const first = await running(['--store-dir', folder])
    const add = await connect({servers: first.url})
    await (await jetstreamManager(add)).streams.add({name: 'KEPT', subjects: ['kept']})
    await add.close()
    first.command.kill()
    expect((await first.command.done).code).toBe(0)

    const second = await running(['--store-dir', folder])
    const look = await connect({servers: second.url})
    expect(await (await jetstreamManager(look)).streams.names().next()).toEqual(['KEPT'])
    await look.close()
  })

  it('takes a configuration, and flags before it', async () => {
    const config = join(temporaryFolder(), 'server.conf')
    await writeFile(config, 'listen: "127.0.0.1:1"\nserver_name: from-file\nauthorization { token: s3cret }\n')
    const {url} = await running(['--config', config, '--name', 'from-flag'])
    const connection = await connect({servers: url, token: 's3cret'})
    expect(connection.info?.server_name).toBe('from-flag')
    await connection.close()
  })

  it('shows what the server warns of, and with --trace everything', async () => {
    const {command, url} = await running(['--trace', '--name', 'lab'])
    expect(command.stderr()).toMatch(/^\d\d:\d\d:\d\d lab \[INF\] Server is ready$/m)
    expect(url).toMatch(/^nats:/)
  })

  it('is a failure when the server ends', async () => {
    const {command, url} = await running(['--json', '--name', 'lab'])
    process.kill(JSON.parse(url).servers[0].pid, 'SIGKILL')
    const {stderr, code} = await command.done
    expect(stderr).toBe('nats: error: lab was killed by SIGKILL\n')
    expect(code).toBe(1)
  })

  it('listens on the port it is given, else on that of the configuration', async () => {
    const [given, configured] = await freePorts(2)
    const config = join(temporaryFolder(), 'server.conf')
    await writeFile(config, `listen: "127.0.0.1:${configured}"\n`)
    const runs = [
      [['--port', String(given)], given],
      [['--config', config, '--port', String(given)], given],
      [['--config', config], configured],
    ] as const
    for (const [args, port] of runs) {
      const command = start(['server', 'run', ...args], {env})
      await command.waitFor('stdout', /\n/)
      expect(command.stdout()).toBe(`nats://127.0.0.1:${port}\n`)
      command.kill()
      await command.done
    }
  })
})

describe('a cluster', () => {
  it('takes a stream with three replicas at once', async () => {
    const {command, url} = await running(['--cluster', '3', '--name', 'lab'])
    expect(url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+,nats:\/\/127\.0\.0\.1:\d+,nats:\/\/127\.0\.0\.1:\d+$/)
    const connection = await connect({servers: url.split(',')})
    const manager = await jetstreamManager(connection)
    const {cluster} = await manager.streams.add({name: 'R3', subjects: ['r3'], num_replicas: 3})
    const names = [cluster!.leader!, ...cluster!.replicas!.map(({name}) => name)]
    expect(names.sort()).toEqual(['lab-1', 'lab-2', 'lab-3'])
    await connection.close()
    command.kill()
    const {stderr, code} = await command.done
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('ends at once when it is interrupted before it is ready', async () => {
    const command = start(['server', 'run', '--port', '0', '--cluster', '3', '--trace'], {env})
    await command.waitFor('stderr', /Starting nats-server/)
    command.kill()
    const {stdout, code} = await command.done
    expect([stdout === '' || stdout.startsWith('nats:'), code]).toEqual([true, 0])
  })
})

describe('--context', () => {
  it('saves the address and selects it, and again', async () => {
    const home = temporaryFolder()
    const folder = join(home, '.config', 'nats')
    for (const turn of ['first', 'second']) {
      const {command, url} = await running(['--context', 'lab', '--name', turn], {home})
      expect(JSON.parse(await readFile(join(folder, 'context', 'lab.json'), 'utf8')).url).toBe(url)
      expect(await readFile(join(folder, 'context.txt'), 'utf8')).toBe('lab')
      command.kill()
      expect((await command.done).code).toBe(0)
    }
  })

  it('does not replace one that is the user’s', async () => {
    const home = temporaryFolder()
    const folder = join(home, '.config', 'nats', 'context')
    const prod = '{"url": "nats://prod.example:4222"}'
    await mkdir(folder, {recursive: true})
    await writeFile(join(folder, 'prod.json'), prod)
    const {stdout, stderr, code} = await run(['server', 'run', '--port', '0', '--context', 'prod'], {env, home})
    expect(stdout).toBe('')
    expect(stderr).toContain('context "prod" exists')
    expect(code).toBe(8)
    expect(await readFile(join(folder, 'prod.json'), 'utf8')).toBe(prod)
  })
})

describe('what cannot work', () => {
  it('a port that is taken', async () => {
    const {port} = await startServer()
    const {stdout, stderr, code} = await run(['server', 'run', '--port', String(port)], {env})
    expect(stdout).toBe('')
    expect(stderr).toMatch(/error: .*address already in use/)
    expect(stderr).toContain('hint: another program listens there; choose another port with --port, 0 for a free one')
    expect(code).toBe(1)
  })

  it('a cluster with a port that is taken leaves no server behind', async () => {
    const [port, http] = [(await startServer()).port, (await freePorts(1))[0]]
    const args = ['--port', String(port), '--http-port', String(http), '--cluster', '3']
    const {stderr, code} = await run(['server', 'run', ...args], {env})
    expect(stderr).toContain('address already in use')
    expect(code).toBe(1)
    await expect(fetch(`http://127.0.0.1:${http}/varz`)).rejects.toThrow()
  })

  it.each([
    [['--config', '/nowhere/server.conf'], '--config: /nowhere/server.conf: no such file or directory'],
    [['--store-dir', '/dev/null/data'], '--store-dir: /dev/null/data: not a directory'],
    [['--port', 'many'], '--port: "many" is not a port; give a number from 1 to 65535, or 0 for a free one'],
    [['--cluster', '1'], '--cluster: "1" is not a size of a cluster; give a number from 2 up, for example 3'],
    [['--binary', '/dev/null'], '--binary: /dev/null is not a program that can be run'],
    [['--jetsream'], "unknown flag '--jetsream'"],
    [['extra'], 'unexpected argument "extra"'],
  ])('%j', async (args, message) => {
    const {stdout, stderr, code} = await run(['server', 'run', ...args], {env})
    expect(stdout).toBe('')
    expect(stderr).toContain(`nats: error: ${message}\n`)
    expect(code).toBe(2)
  })

  it('a configuration with a fault: the file and the server’s words are shown', async () => {
    const config = join(await testFolder(), 'faulty.conf')
    await writeFile(config, 'port: -1\nno_such_option: true\n')
    const {stderr, code} = await run(['server', 'run', '--config', config], {env})
    expect(stderr).toMatch(/error: .*faulty\.conf.*unknown field "no_such_option"/)
    expect(code).toBe(1)
  })

  it('a binary that is no server', async () => {
    const folder = await testFolder()
    await symlink('/bin/true', join(folder, 'nats-server'))
    const {stderr, code} = await run(['server', 'run', '--binary', join(folder, 'nats-server')], {env})
    expect(stderr).toMatch(/error: .*nats-server ended with exit code 0/)
    expect(code).toBe(1)
  })
})
