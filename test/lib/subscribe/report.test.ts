import {expect, test} from 'vitest'
import {Report} from '../../../src/lib/subscribe/report.ts'
import {Frame} from '../../../src/lib/wire/scanner.ts'

function frame(subject: string, size: number): Frame {
  const frame = new Frame()
  frame.chunk = Buffer.from(`MSG ${subject} 1 ${size}`)
  frame.subjectStart = 4
  frame.subjectEnd = 4 + Buffer.byteLength(subject)
  frame.end = size
  return frame
}

const options = {top: 3, bySubscription: false, live: false, silent: true}

test('counts messages and bytes by subject, the most first', () => {
  const report = new Report(options)
  for (const [subject, size] of [
    ['a', 1],
    ['b.é', 2],
    ['b.é', 3],
    ['b', 5],
    ['a.b', 0],
    ['a', 1],
  ] as const) {
    report.message(frame(subject, size))
  }
  expect(report.result).toEqual({
    subjects: [
      {subject: 'b.é', messages: 2, bytes: 5},
      {subject: 'a', messages: 2, bytes: 2},
      {subject: 'b', messages: 1, bytes: 5},
    ],
    total: {subjects: 4, messages: 6, bytes: 12},
  })
})

test('subjects beyond a limit still count in the total', () => {
  const report = new Report(options)
  for (let i = 0; i < 200_010; i++) report.message(frame(`s.${i}`, 1))
  for (let i = 0; i < 5; i++) report.message(frame('s.7', 1))
  const {subjects, total} = report.result
  expect(subjects[0]).toEqual({subject: 's.7', messages: 6, bytes: 6})
  expect(total).toEqual({subjects: 200_000, messages: 200_015, bytes: 200_015})
})
