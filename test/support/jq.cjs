#!/usr/bin/env node
// Stands in for jq, which a machine may not have: prints one path (`.a.b`) of each JSON value that it reads. ^C is left
// to the command before it in the pipe.
process.on('SIGINT', () => {})
const [path = '.'] = process.argv.slice(2).filter((word) => word.startsWith('.'))
const text = require('node:fs').readFileSync(0, 'utf8')
const whole = () => [JSON.parse(text)]
const lines = () =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
let values
try {
  values = whole()
} catch {
  values = lines()
}
for (const value of values) {
  const found = path
    .split('.')
    .filter(Boolean)
    .reduce((inner, key) => inner?.[key], value)
  console.log(typeof found === 'string' && process.argv.includes('-r') ? found : JSON.stringify(found ?? null))
}
