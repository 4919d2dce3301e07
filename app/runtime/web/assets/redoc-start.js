// Starts ReDoc on the element that names the document; no inline script, so the page's policy stays strict.

// The badge of its makers is an image from elsewhere, which the page's policy refuses: it is not even asked for.
// ReDoc names an image's address twice, as an attribute and as a property.
const isOurs = (address) => address.startsWith("data:") || new URL(address, location).origin === location.origin;
const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
Object.defineProperty(HTMLImageElement.prototype, "src", {
  ...source,
  set(address) {
    if (isOurs(address)) source.set.call(this, address);
  },
});
HTMLImageElement.prototype.setAttribute = function (name, value) {
  if (name !== "src" || isOurs(value)) Element.prototype.setAttribute.call(this, name, value);
};

const place = document.getElementById("redoc");
Redoc.init(place.dataset.openapiUrl, { hideDownloadButtons: false, nativeScrollbars: true }, place);
