import {createUser} from '@nats-io/nkeys'
import {describe, expect, it} from 'vitest'
import {masker} from '../../../src/lib/connection/mask.ts'
import {resolveSettings} from '../../../src/lib/connection/settings.ts'

const mask = (flags: Record<string, string>) => masker(resolveSettings(flags, {}))

describe('masking', () => {
  it('hides the secrets of the settings wherever they stand as a word', () => {
    const hide = mask({user: 'app', password: 'pa$s', token: 't0k', server: 'nats://u:url-pw@h'})
    expect(hide('app said pa$s, t0k and url-pw')).toBe('app said ***, *** and ***')
    expect(hide('{"password":"pa$s"}')).toBe('{"password":"***"}')
  })

  it('leaves words that only contain a secret', () => {
    expect(mask({password: 'pass', user: 'u'})('passenger')).toBe('passenger')
  })

  it('hides seeds, JWTs and user information of URLs that it never saw', () => {
    const seed = new TextDecoder().decode(createUser().getSeed())
    const hide = mask({})
    expect(hide(`seed ${seed}.`)).toBe('seed ***.')
    expect(hide('jwt eyJ0eXAiOiJKV1QifQ.eyJqdGkiOiJYIn0.c2ln')).toBe('jwt ***')
    expect(hide('nats://me:secret@h:1 and nats://token@h:2')).toBe('nats://me:***@h:1 and nats://***@h:2')
  })
})
