import {expect, it} from 'vitest'
import {shell} from '../../support/cli.ts'

it.runIf(process.platform === 'linux')(
  'a stderr that is full or closed changes neither result nor exit code',
  async () => {
    for (const stderr of ['/dev/full', '&-']) {
      expect(await shell(`nats context unselect 2>${stderr}`)).toMatchObject({
        stdout: 'No context currently selected\n',
        code: 0,
      })
      expect(await shell(`nats pub a b -s 127.0.0.1:1 2>${stderr}`), stderr).toMatchObject({stdout: '', code: 5})
      expect(await shell(`nats nonsense 2>${stderr}`), stderr).toMatchObject({stdout: '', code: 2})
    }
  },
)
