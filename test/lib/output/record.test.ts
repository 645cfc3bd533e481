import {expect, it} from 'vitest'
import {renderRecord} from '../../../src/lib/output/record.ts'

it('aligns the labels of all sections, and leaves out what is not there', () => {
  const text = renderRecord('Information', [
    {
      rows: [
        ['Name', 'A'],
        ['Gone', undefined],
        ['Many', ['one', 'two\nlines']],
      ],
    },
    {title: 'Empty', rows: [['Gone', undefined]]},
    {title: 'Limits', rows: []},
    {title: 'Deep', indent: 4, rows: [['A long label', 0], null, ['On', false]]},
  ])
  expect(text).toBe(`Information

          Name: A
          Many: one
                two
                lines

Limits:

    Deep:

      A long label: 0

                On: false
`)
})
