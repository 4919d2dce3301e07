// Starts ReDoc on the element that names the document; no inline script, so the page's policy stays strict.
const place = document.getElementById("redoc");
Redoc.init(place.dataset.openapiUrl, { hideDownloadButtons: false, nativeScrollbars: true }, place);
