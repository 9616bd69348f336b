// Writes a TypeScript file in which everything the bot has sent in the tests is
// assigned, as a literal, to Slack's own type of it: the compiler then finds a
// wrong type and a misspelt key. Usage: check.js payloads check.ts
//
// What differs only in its words is written once.
const fs = require('node:fs')

const [from, to] = process.argv.slice(2)
const types = {
  blocks: '(KnownBlock)[]', modal: 'ModalView', home: 'HomeView', metadata: 'MessageMetadata',
}
const fixed = ['type', 'style', 'response_action']

// words returns a value with its words blanked, so that equal shapes are equal.
function words(value, key) {
  if (typeof value === 'string') return fixed.includes(key) ? value : ''
  if (Array.isArray(value)) {
    const all = value.map(v => JSON.stringify(words(v)))
    return [...new Set(all)]
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.keys(value).sort().map(k => [k, words(value[k], k)]))
  }
  return value
}

const seen = new Set()
const counts = {}
const lines = ["import type { HomeView, KnownBlock, MessageMetadata, ModalView } from '@slack/types'", '']
for (const line of fs.readFileSync(from, 'utf8').split('\n')) {
  if (!line) continue
  let { kind, payload } = JSON.parse(line)
  if (kind === 'view') kind = payload.type
  if (!types[kind]) throw new Error(`no type for ${kind}`)
  counts[kind] = (counts[kind] || 0) + 1
  const shape = kind + JSON.stringify(words(payload))
  if (seen.has(shape)) continue
  seen.add(shape)
  lines.push(`export const p${seen.size}: ${types[kind]} = ${JSON.stringify(payload)}`)
}
for (const kind of Object.keys(types)) {
  if (!counts[kind]) throw new Error(`nothing of the kind ${kind} was sent in the tests`)
}
fs.writeFileSync(to, lines.join('\n') + '\n')
console.log(`${seen.size} shapes of`, counts)
