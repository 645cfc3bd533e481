import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {temporaryFolder} from '../../support/cli.ts'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

let url: string

beforeAll(async () => {
  url = (await startServer({jetstream: true})).url
})

const {nats, json, fails} = commandsFor(() => url)

describe('stream edit and copy', () => {
  it('show, ask, and change what was named', async () => {
    await nats('stream add EDIT --subjects edit --defaults --metadata a=b')
    const before = (await json('stream info EDIT')).config
    const asked = await fails('stream edit EDIT --max-msgs 100', 2, 'Really edit Stream EDIT? Nobody is there to ask')
    expect(asked.stdout).toBe('Differences (-old +new):\n- max_msgs: -1\n+ max_msgs: 100\n')
    const {stdout, code} = await nats('stream edit EDIT --max-msgs 100 --max-age 1h --force')
    expect(code).toBe(0)
    expect(stdout).toContain('- max_msgs: -1\n+ max_msgs: 100\n+ max_age: 1h0m0s\nStream EDIT was updated\n')
    expect((await json('stream info EDIT')).config).toEqual({...before, max_msgs: 100, max_age: 3_600_000_000_000})
  })

  it('tell a dry run that differs from one that does not, and from one that failed', async () => {
    await nats('stream add DRY --subjects dry --defaults')
    const differs = await nats('stream edit DRY --max-msgs 5 --dry-run --json')
    expect(differs.code).toBe(10)
    expect(JSON.parse(differs.stdout)).toEqual({differences: [{field: 'max_msgs', old: -1, new: 5}]})
    const same = await nats('stream edit DRY --max-msgs -1 --dry-run')
    expect(same).toMatchObject({code: 0, stdout: 'Nothing to change in Stream DRY\n', stderr: ''})
    await fails('stream edit NOSUCH --max-msgs 5 --dry-run', 3, 'stream not found (10059)')
    await fails('stream edit DRY --subjects edit --force', 8, '(10065)')
    expect((await json('stream info DRY')).config.max_msgs).toBe(-1)
  })

  it('colours the differences on request', async () => {
    const {stdout} = await nats('stream edit DRY --max-msgs 5 --dry-run', {env: {FORCE_COLOR: '1'}})
    expect(stdout).toContain('\u001b[31m- max_msgs: -1\u001b[0m\n\u001b[32m+ max_msgs: 5\u001b[0m')
  })

  it('edit with a file and in an editor', async () => {
    await nats('stream add ED --subjects ed --defaults --description old --max-msgs 77')
    const file = join(temporaryFolder(), 'ed.json')
    await writeFile(file, '{"config":{"name":"ED","max_msgs":5,"description":null}}')
    const {config} = await json(`stream edit ED --config ${file} --force`)
    expect(config).toMatchObject({max_msgs: 5, max_bytes: -1, subjects: ['ed']})
    expect(config).not.toHaveProperty('description')

    const edited = await nats('stream edit ED -i --force', {env: {EDITOR: 'sed -i /max_msgs.:/s/5/6/'}})
    expect(edited.stdout).toContain('- max_msgs: 5\n+ max_msgs: 6\nStream ED was updated')
    await fails('stream edit ED -i --force', 2, 'no editor is set')
    await fails('stream edit ED -i --force', 1, 'the editor failed', {env: {EDITOR: 'false'}})
    const broken = await fails('stream edit ED -i --force', 2, 'the text is kept in', {
      env: {EDITOR: 'sed -i 1s/.*/x/'},
    })
    expect(await readFile(broken.stderr.match(/kept in (.*)/)![1]!, 'utf8')).toMatch(/^x\n/)
    expect((await json('stream info ED')).config.max_msgs).toBe(6)
  })

  it('copy a configuration', async () => {
    await nats('stream add COPIED --subjects copied --max-msgs 9 --metadata a=b --defaults')
    const {config, state} = await json('stream copy COPIED COPY --subjects copy --description mine')
    expect(config).toMatchObject({
      name: 'COPY',
      subjects: ['copy'],
      max_msgs: 9,
      description: 'mine',
      metadata: {a: 'b'},
    })
    expect(state.messages).toBe(0)
    await fails('stream copy COPIED OTHERS', 8, '(10065)')
    await fails('stream copy COPIED COPIED', 2, 'the same stream')
    await fails('stream copy NOSUCH X', 3, '(10059)')
    await fails('stream copy COPIED', 2, "required argument 'destination'")
  })
})

describe('stream cluster', () => {
  it('says that nothing is clustered', async () => {
    await nats('stream add ALONE --subjects alone --defaults')
    await fails('stream cluster step-down ALONE', 1, 'stream "ALONE" is not clustered')
    await fails('stream cluster balance', 1, 'the streams are not clustered')
    await fails('stream cluster peer-remove ALONE', 2, 'no peer given')
    await fails('stream c pr ALONE x', 1, 'JetStream clustering support required (10010)')
  })
})
