// Reads a file of RDF with a parser of npm and prints it as N-Quads, sorted: node read.mjs FILE
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import jsonld from 'jsonld'
import { Parser, Writer } from 'n3'
import { RdfXmlParser } from 'rdfxml-streaming-parser'

const FORMATS = {
  '.ttl': 'text/turtle',
  '.trig': 'application/trig',
  '.nt': 'application/n-triples',
  '.nq': 'application/n-quads',
}

function parseN3(text, format) {
  return new Parser({ format, blankNodePrefix: '' }).parse(text)
}

async function read(path) {
  const suffix = extname(path)
  if (suffix in FORMATS) return parseN3(readFileSync(path, 'utf8'), FORMATS[suffix])
  if (suffix === '.jsonld') {
    const documentLoader = url => { throw new Error(`asks for ${url}`) }
    const text = await jsonld.toRDF(JSON.parse(readFileSync(path, 'utf8')), { format: 'application/n-quads', documentLoader })
    return parseN3(text, FORMATS['.nq'])
  }
  // as text: the parser decodes chunks of bytes one by one, and would cut characters in two
  const text = Readable.from([readFileSync(path, 'utf8')])
  const quads = []
  for await (const quad of text.pipe(new RdfXmlParser())) quads.push(quad)
  return quads
}

for (const path of process.argv.slice(2)) {
  const writer = new Writer({ format: 'N-Quads' })
  const lines = (await read(path)).map(q => writer.quadToString(q.subject, q.predicate, q.object, q.graph))
  process.stdout.write(JSON.stringify({ path, lines: [...new Set(lines)].sort() }) + '\n')
}
