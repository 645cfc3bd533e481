import {createHash} from 'node:crypto'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {createAccount, createOperator, createUser, type KeyPair} from '@nats-io/nkeys'
import {testFolder} from './server.ts'

/** What a user may do: subjects, as a server's configuration and a user's JWT name them. */
export type Permissions = {publish?: SubjectRules; subscribe?: SubjectRules}
type SubjectRules = {allow?: string[]; deny?: string[]}

/** Writes a secret (seed, JWT, credentials) to a file of the test file's own. @returns its path */
export async function secretFile(name: string, text: string): Promise<string> {
  const file = join(await testFolder('secret'), name)
  await writeFile(file, text, {mode: 0o600})
  return file
}

/** Configuration of a server that wants a token. */
export function tokenAuth(token: string): string {
  return `authorization { token: ${JSON.stringify(token)} }\n`
}

/** Configuration of a server that knows users by their passwords. */
export function passwordAuth(users: {user: string; password: string; permissions?: Permissions}[]): string {
  return `authorization { users: ${JSON.stringify(users)} }\n`
}

/** Configuration of a server that knows one user by its nkey, and that user's seed. */
export function nkeyAuth(permissions?: Permissions): {config: string; seed: string; publicKey: string} {
  const user = createUser()
  const users = [{nkey: user.getPublicKey(), permissions}]
  return {
    config: `authorization { users: ${JSON.stringify(users)} }\n`,
    seed: seedOf(user),
    publicKey: user.getPublicKey(),
  }
}

/**
 * Configuration of a server with a system account, user `sys`, and an account APP, user `app`: passwords as the names.
 * Start it with `jetstream`, which APP may then use.
 */
export function systemAccountAuth(): string {
  return `
    accounts {
      SYS { users: [{user: sys, password: sys}] }
      APP { jetstream: enabled, users: [{user: app, password: app}] }
    }
    system_account: SYS
  `
}

/** A user of an operator's server. */
export type OperatorUser = {
  jwt: string
  seed: string
  publicKey: string /** Text of a credentials file. */
  creds: string
}
type UserOptions = {permissions?: Permissions /** Seconds from now; in the past when negative. */; expiresIn?: number}

export type OperatorAuth = {
  config: string
  /** A user of the account APP. */
  user(name?: string, options?: UserOptions): OperatorUser
  /** A user of the system account. */
  systemUser(): OperatorUser
  /** A user of APP that its account has revoked. */
  revoked: OperatorUser
}

/** Configuration of a server in operator mode, which knows its users by their JWTs. */
export function operatorAuth(): OperatorAuth {
  const [operator, system, account] = [createOperator(), createAccount(), createAccount()]
  const revoked = makeUser(account, 'revoked')
  const systemId = system.getPublicKey()
  const operatorJwt = encodeJwt(operator, operator.getPublicKey(), 'test', {type: 'operator', system_account: systemId})
  const accounts = {
    [systemId]: encodeJwt(operator, systemId, 'SYS', {type: 'account', limits: LIMITS}),
    [account.getPublicKey()]: encodeJwt(operator, account.getPublicKey(), 'APP', {
      type: 'account',
      limits: {...LIMITS, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1},
      revocations: {[revoked.publicKey]: now()},
    }),
  }
  return {
    config: `
      operator: ${operatorJwt}
      system_account: ${systemId}
      resolver: MEMORY
      resolver_preload: ${JSON.stringify(accounts)}
    `,
    user: (name = 'user', options) => makeUser(account, name, options),
    systemUser: () => makeUser(system, 'sys'),
    revoked,
  }
}

const LIMITS = {subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1}

function makeUser(account: KeyPair, name: string, {permissions, expiresIn}: UserOptions = {}): OperatorUser {
  const user = createUser()
  const publicKey = user.getPublicKey()
  const claims = {
    type: 'user',
    ...{pub: permissions?.publish ?? {}, sub: permissions?.subscribe ?? {}},
    ...{subs: -1, data: -1, payload: -1},
  }
  const jwt = encodeJwt(account, publicKey, name, claims, expiresIn === undefined ? undefined : now() + expiresIn)
  const seed = seedOf(user)
  const creds = `${armour('NATS USER JWT', jwt)}\n${armour('USER NKEY SEED', seed)}`
  return {jwt, seed, publicKey, creds}
}

/** A JWT as nats-server reads them: signed by an nkey, version 2 of the claims. */
function encodeJwt(issuer: KeyPair, subject: string, name: string, nats: object, expires?: number): string {
  const claims = {iat: now(), iss: issuer.getPublicKey(), sub: subject, name, exp: expires, nats: {version: 2, ...nats}}
  const jti = createHash('sha512-256').update(JSON.stringify(claims)).digest('hex')
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${base64({typ: 'JWT', alg: 'ed25519-nkey'})}.${base64({jti, ...claims})}`
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`
}

function armour(title: string, text: string): string {
  return `-----BEGIN ${title}-----\n${text}\n------END ${title}------\n`
}

function seedOf(pair: KeyPair): string {
  return Buffer.from(pair.getSeed()).toString()
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
