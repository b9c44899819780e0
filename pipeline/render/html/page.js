// What the page carries beside its text: words, and numbers that are unpacked once, when first asked for.
const carried = (() => {
  const page = JSON.parse(document.getElementById("page").textContent), made = new Map();
  const unpack = async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  const unpacked = (part) => {
    if (!made.has(part)) made.set(part, unpack(page[part]));
    return made.get(part);
  };
  return { page, unpacked };
})();
