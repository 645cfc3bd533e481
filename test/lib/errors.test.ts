import {errors} from '@nats-io/nats-core'
import {describe, expect, it} from 'vitest'
import {CliError, describeError, ExitCode, NotFoundError, UsageError} from '../../src/lib/errors.ts'

const denied = (operation: 'publish' | 'subscription') =>
  new errors.PermissionViolationError('Permissions Violation', operation, 'orders.eu')
const asked = (cause: Error) => new errors.RequestError(cause.message, {cause})

describe('the exit code and words of', () => {
  it.each<[string, Error, number, string]>([
    ['a usage error', new UsageError('bad'), ExitCode.Usage, 'bad'],
    ['something not found', new NotFoundError('no such stream'), ExitCode.NotFound, 'no such stream'],
    ['a failure of the user', new CliError('no', {exitCode: ExitCode.Conflict}), ExitCode.Conflict, 'no'],
    ['a denied publication', denied('publish'), ExitCode.Auth, 'not permitted to publish to "orders.eu"'],
    ['a denied subscription', denied('subscription'), ExitCode.Auth, 'not permitted to subscribe to "orders.eu"'],
    ['a denied request', asked(denied('publish')), ExitCode.Auth, 'not permitted to publish to "orders.eu"'],
    [
      'refused credentials',
      new errors.AuthorizationError('Authorization Violation'),
      ExitCode.Auth,
      'authorization violation',
    ],
    ['nobody there', asked(new errors.NoRespondersError('svc')), ExitCode.NoResponders, "no responders: 'svc'"],
    ['nobody there, bare', new errors.NoRespondersError('svc'), ExitCode.NoResponders, "no responders: 'svc'"],
    ['silence', new errors.TimeoutError(), ExitCode.Timeout, 'timed out'],
    [
      'a request cut off',
      new errors.RequestError('connection disconnected'),
      ExitCode.Unreachable,
      'connection disconnected',
    ],
    ['a lost connection', new errors.ClosedConnectionError(), ExitCode.Unreachable, 'closed connection'],
    ['a bad subject', new errors.InvalidSubjectError('a b'), ExitCode.Usage, "illegal subject: 'a b'"],
    [
      'a message too large',
      errors.InvalidArgumentError.format('payload', 'max_payload size exceeded'),
      ExitCode.Failed,
      'the message is larger than the server takes',
    ],
  ])('%s', (_, error, exitCode, message) => {
    const described = describeError(error)
    expect(described).toMatchObject({exitCode, message})
    expect(described.stack).toBeUndefined()
  })

  it('a fault of ours come with its stack', () => {
    expect(describeError(new TypeError('x is not a function'))).toMatchObject({
      exitCode: ExitCode.Failed,
      stack: expect.stringContaining('errors.test.ts'),
    })
  })
})
