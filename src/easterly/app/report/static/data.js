// The data of the page: gzip in base64 inside a script element that no browser runs.

/**
 * Read the embedded data.
 * @param {HTMLElement} element holds base64 text
 * @returns {Promise<any>}
 */
export async function readData(element) {
  const packed = Uint8Array.from(atob((element.textContent ?? "").trim()), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
