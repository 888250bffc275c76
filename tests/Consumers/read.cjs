// Reads texts as Node's programs do: on standard input a JSON array of [format, text], on standard output for each an array of
// what was read, as [key, value].
const { readFileSync } = require('node:fs')
const { parse } = require('dotenv')

const readers = { dotenv: parse, json: JSON.parse }
const texts = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(texts.map(([format, text]) => Object.entries(readers[format](text)))))
