// Unpacking what the page carries: gzip in base64.

export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

export async function unpackedText(packed, form = "text") {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const response = new Response(stream);
  return form === "bytes" ? new Uint8Array(await response.arrayBuffer()) : response.text();
}

export const unpackedJson = async (packed) => JSON.parse(await unpackedText(packed));
