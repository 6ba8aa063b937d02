// Asks an endpoint as Comunica does, by POST and by GET, and prints what came: node ask.mjs URL
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint'

const [endpoint] = process.argv.slice(2)

async function count(stream) {
  let found = 0
  for await (const _ of stream) found += 1
  return found
}

for (const method of ['POST', 'GET']) {
  const client = new SparqlEndpointFetcher({ method })
  console.log(await count(await client.fetchBindings(endpoint, 'SELECT * { GRAPH ?g { ?s a ?t } }')))
  console.log(await client.fetchAsk(endpoint, 'ASK {}'))
  console.log(await count(await client.fetchTriples(endpoint, 'CONSTRUCT WHERE { ?s ?p ?o }')))
  const refused = await client.fetchUpdate(endpoint, 'CLEAR ALL').catch(error => error)
  console.log(/HTTP status (\d+)/.exec(refused.message)[1])
}
