import {describe, expect, it} from 'vitest'
import {compileFilter} from '../../../src/lib/expression/evaluate.ts'

const scope = {
  config: {name: 'ORDERS', subjects: ['orders.>', 'more'], metadata: {team: 'shop'}, max_msgs: -1},
  state: {messages: 7, bytes: 2 ** 40},
  info: {
    cluster: {
      leader: 'n1',
      replicas: [
        {name: 'n2', current: true},
        {name: 'n3', current: false, lag: 12},
      ],
    },
  },
}
const holds = (source: string) => compileFilter(source, Object.keys(scope))(scope)

describe('compileFilter', () => {
  it.each([
    'state.messages > 5',
    'state.messages > 5 and state.messages < 8 && !(state.messages == 6)',
    'not (state.messages < 5) or false',
    '"orders.>" in config.subjects',
    '"orders" not in config.subjects',
    '"team" in config.metadata',
    "config.metadata.team == 'shop'",
    'config.metadata["team"] matches "^sh"',
    'config.name startsWith "ORD" and config.name endsWith "ERS" and config.name contains "DE"',
    'not config.name contains "x"',
    'config.max_msgs == -1',
    'state.bytes == 1024 ** 4',
    '2 + 3 * 4 - 1 == 13',
    '2 ** 3 ** 2 == 512',
    '10 % 4 == 2 and 7 / 2 == 3.5',
    'len(config.subjects) == 2 && len(config.name) == 6',
    'any(info.cluster.replicas, {not .current})',
    'any(info.cluster.replicas, .lag > 10)',
    'all(info.cluster.replicas, #.name startsWith "n")',
    'count(info.cluster.replicas, .current) == 1',
    'config.subjects[0] == "orders.>" and config.subjects[-1] == "more"',
    'info.mirror.name == nil',
    'info?.mirror?.lag ?? 5 == 5',
    'state.messages in [1, 7] ? true : false',
    'state.messages in 5..10',
    'lower(config.name) == "orders" // a comment',
    '"a\\"b\\u0041" == `a"bA`',
    '1_000 == 1e3 and 0x10 == 16',
    'true',
  ])('%s', (source) => expect(holds(source)).toBe(true))

  it.each([
    ['nosuch > 3', 'unknown name nosuch\n | nosuch > 3\n | ^'],
    ['state.', 'unexpected the end\n | state.\n | ......^'],
    ['state.messages >', 'unexpected the end'],
    ['(true', 'expected ) but got the end'],
    ['true true', 'unexpected true'],
    ['a@b', 'cannot read "@"\n | a@b\n | .^'],
    ['system("x")', 'unknown function system'],
    ['constructor("x")', 'unknown function constructor'],
    ['state.messages', 'state.messages is 7, which is neither true nor false'],
    ['config.name matches "("', '"(" is not a regular expression'],
    ['', 'unexpected the end'],
  ])('refuses %j', (source, message) => {
    expect(() => holds(source)).toThrow(`--expression: ${message}`)
  })

  it('does not reach what is not a field of the document', () => {
    expect(holds('state.constructor == nil and config.subjects.length == nil and config.name.length == nil')).toBe(true)
  })
})
