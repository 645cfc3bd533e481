#!/usr/bin/env node
'use strict'

const {load} = require('../dist/loader.cjs')

load('main.cjs')
  .main(process.argv.slice(2), load)
  .then((code) => process.exit(code))
